"""Resolvers: what each field does, in plain Python, without GraphQL, HTTP and SQL.

A resolver takes the `Dependencies`, a `Requester` (authenticated) or a `ClientInfo` (not authenticated), and the
arguments. It returns records, or a `Failure` that the client can correct. Each resolver opens its own transaction:
sibling fields run concurrently and must not share one.
"""
