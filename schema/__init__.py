"""The GraphQL schema: the only room that knows Strawberry.

A field asks its resolver for records and dresses them as GraphQL types, which is the last step
of a request. `schema.graphql` beside this file is what clients generate their code from.
"""
