"""HTTP plumbing that GraphQL and REST share: bounded bodies, deadlines, masked errors, protocols of uvicorn.

Imports no other package of SessionQL, and neither graphql-core nor Strawberry.
"""
