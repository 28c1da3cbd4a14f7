"""All REST doors together."""

from fastapi import APIRouter

from sessionql.resolvers.dependencies import Dependencies
from sessionql.rest.accounts import account_routes
from sessionql.rest.auth import auth_routes
from sessionql.rest.openapi import documentation_routes
from sessionql.rest.request import RequestReader
from sessionql.rest.revocations import revocation_routes
from sessionql.rest.sessions import session_routes
from sessionql.rest.tokens import token_routes
from sessionql.settings.settings import Settings


def make_rest(settings: Settings, deps: Dependencies) -> APIRouter:
    """A router of them, to be included in any application; with their documentation where that is served."""
    entrance, doors = RequestReader(settings, deps), APIRouter()
    for tag, router in (
        ("account", account_routes(entrance)),
        ("account", auth_routes(entrance)),
        ("sessions", session_routes(entrance)),
        ("sessions", revocation_routes(entrance)),
        ("tokens", token_routes(entrance)),
    ):
        doors.include_router(router, tags=[tag])
    if settings.serves_rest_docs:
        doors.routes.extend(documentation_routes(doors))
    return doors
