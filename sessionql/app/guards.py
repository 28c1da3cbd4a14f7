"""Guards: dependencies that protect routes of a FastAPI application with a session that is live."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, NoReturn

from fastapi import Depends, HTTPException
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.exceptions import WebSocketException
from starlette.requests import HTTPConnection

from sessionql.http.authentication import bearer_token, client_of, context_of, token_of
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import Requester, Unauthenticated
from sessionql.rest.problems import CHALLENGE
from sessionql.schema.browser import CookieJar, CookiesRejected
from sessionql.schema.context import Context
from sessionql.settings.settings import Settings
from sessionql.storage import StorageUnavailable

Guard = Callable[..., Awaitable[Requester]]
OptionalGuard = Callable[..., Awaitable[Requester | None]]

_CLOSED = {401: 4401, 403: 4403, 503: 1013}
"""Codes that sockets are closed with, as at `/graphql`."""


@dataclass(frozen=True, slots=True)
class Guards:
    """The three of them."""

    current_session: Guard
    optional_session: OptionalGuard
    fresh_session: Callable[[timedelta | None], Guard]


def make_guards(settings: Settings, deps: Dependencies, notice: Callable[[], None]) -> Guards:
    """Guards of one server; `notice` is called before each check."""
    caller = _Caller(settings, deps, notice)

    async def optional_session(
        connection: HTTPConnection, context: Annotated[Context, Depends(caller)]
    ) -> Requester | None:
        try:
            return context.optional()
        except Unauthenticated as error:
            _refuse(connection, 401, str(error), f'{CHALLENGE}, error="invalid_token"')

    async def current_session(
        connection: HTTPConnection, requester: Annotated[Requester | None, Depends(optional_session)]
    ) -> Requester:
        if requester is None:
            _refuse(connection, 401, str(Unauthenticated(rejected=False)), CHALLENGE)
        return requester

    def fresh_session(max_age: timedelta | None = None) -> Guard:
        most = deps.policy.fresh_login if max_age is None else max_age

        async def fresh(
            connection: HTTPConnection, requester: Annotated[Requester, Depends(current_session)]
        ) -> Requester:
            age = deps.clock() - requester.session.authenticated_at
            if most and age > most:
                seconds = int(most.total_seconds())
                stale = f'{CHALLENGE}, error="insufficient_user_authentication", max_age="{seconds}"'
                _refuse(connection, 403, "Prove again who you are (`reauthenticate`), then try again.", stale)
            return requester

        return fresh

    return Guards(current_session, optional_session, fresh_session)


class _Caller(SecurityBase):
    """Finds out who asks, once for each request, however many guards want to know. OpenAPI documents show it."""

    def __init__(self, settings: Settings, deps: Dependencies, notice: Callable[[], None]) -> None:
        self.model = HTTPBearer(description="The access token of a session. The cookies of the page do as well.")
        self.scheme_name = "SessionQL"
        self._settings = settings
        self._deps = deps
        self._notice = notice

    async def __call__(self, connection: HTTPConnection) -> Context:
        """What is known of whoever asks. Raises HTTPException, or WebSocketException at the door of a socket."""
        self._notice()
        deps, settings = self._deps, self._settings
        sender = client_of(connection, settings.proxies, truncate=deps.policy.truncate_addresses)
        try:
            if _was_typed(connection):
                token = bearer_token(connection) or settings.cookies.read(connection.headers.raw).access_token
            else:
                token = token_of(connection, None, settings.cookies, settings.origins)
            context = await context_of(deps, sender, token, CookieJar())
        except CookiesRejected as error:
            _refuse(connection, 403, str(error))
        except StorageUnavailable:
            _refuse(connection, 503, "The sessions cannot be reached. Try again in a moment.")
        return context


def _was_typed(connection: HTTPConnection) -> bool:
    """Whether somebody typed the address, or took a bookmark: no site can have browsers say so."""
    is_read = connection.scope.get("method") in {"GET", "HEAD"}
    return is_read and connection.headers.get("sec-fetch-site") == "none"


def _refuse(connection: HTTPConnection, status: int, why: str, challenge: str | None = None) -> NoReturn:
    if connection.scope["type"] == "websocket":
        raise WebSocketException(_CLOSED[status], why)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "1"
    raise HTTPException(status, why, headers)
