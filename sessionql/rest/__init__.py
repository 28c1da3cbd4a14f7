"""REST for clients without GraphQL, on the same resolvers.

`request` reads a request, `routing` builds the routes, `problems` renders errors (RFC 9457), `schemas` has the bodies.
The routes are in `accounts`, `passwords`, `auth`, `sessions`, `revocations` and `tokens`; `openapi` describes them.
"""

from sessionql.rest.router import make_rest
from sessionql.rest.routing import renderer

__all__ = ["make_rest", "renderer"]
