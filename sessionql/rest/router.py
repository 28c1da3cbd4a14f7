"""Builds the router of all REST routes."""

from fastapi import APIRouter

from sessionql.http.authentication import Authenticator
from sessionql.http_kit.budgets import Budgets
from sessionql.rest.accounts import account_routes
from sessionql.rest.auth import auth_routes
from sessionql.rest.openapi import documentation_routes
from sessionql.rest.passwords import password_routes, registration_routes
from sessionql.rest.request import RequestReader
from sessionql.rest.revocations import revocation_routes
from sessionql.rest.routing import combine
from sessionql.rest.sessions import session_routes
from sessionql.rest.tokens import token_routes
from sessionql.settings.settings import Settings


def make_rest(settings: Settings, authenticator: Authenticator, budgets: Budgets) -> APIRouter:
    """A router to include in any application, with its documentation if the settings say so."""
    reader = RequestReader(authenticator, settings.max_body_bytes, budgets)
    router = combine(
        [
            *([registration_routes(reader)] if settings.allowed_accounts == "open" else []),
            *([password_routes(reader)] if settings.allowed_accounts != "off" else []),
            account_routes(reader),
            auth_routes(reader),
            session_routes(reader),
            revocation_routes(reader),
            token_routes(reader, settings.issuer),
        ]
    )
    if settings.serves_rest_docs:
        router.routes.extend(documentation_routes(router))
    return router
