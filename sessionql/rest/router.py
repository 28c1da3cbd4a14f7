"""All REST doors together."""

from fastapi import APIRouter

from sessionql.resolvers.dependencies import Services
from sessionql.rest.accounts import account_doors
from sessionql.rest.auth import auth_doors
from sessionql.rest.openapi import documentation
from sessionql.rest.request import Entrance
from sessionql.rest.revocations import revocation_doors
from sessionql.rest.sessions import session_doors
from sessionql.rest.tokens import token_doors
from sessionql.settings.settings import Settings


def make_rest(settings: Settings, services: Services) -> APIRouter:
    """A router of them, to be included in any application; with their documentation where that is served."""
    entrance, doors = Entrance(settings, services), APIRouter()
    for tag, router in (
        ("account", account_doors(entrance)),
        ("account", auth_doors(entrance)),
        ("sessions", session_doors(entrance)),
        ("sessions", revocation_doors(entrance)),
        ("tokens", token_doors(entrance)),
    ):
        doors.include_router(router, tags=[tag])
    if settings.serves_rest_docs:
        doors.routes.extend(documentation(doors))
    return doors
