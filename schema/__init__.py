"""The GraphQL schema: the only package that uses Strawberry.

A field calls its resolver and converts the returned records to GraphQL types, the last step of a request. Clients
generate their code from `schema.graphql` in this folder.
"""
