"""Resolvers: what each field does, in plain Python. No GraphQL, no HTTP and no SQL in here.

A resolver takes the `Services`, who asks (a `Requester` or a `Client`) and what they ask for. It
returns records, or a `Failure` when the caller can do something about it. It opens one
transaction of its own: sibling fields run at the same time and must not share one.
"""
