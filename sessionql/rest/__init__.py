"""The REST doors: the same resolvers as the GraphQL door, for whoever does not speak it.

`problems` says what went wrong (RFC 9457), `models` what is read and answered, `entrance` who asks and with what;
`accounts`, `auth`, `sessions`, `revocations` and `tokens` are the doors, `describe` their OpenAPI
document and its page.
"""

from sessionql.rest.router import make_rest

__all__ = ["make_rest"]
