"""Guards: dependencies that protect routes of a FastAPI application with an active session."""

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

from sessionql.app.asgi import StartCheck
from sessionql.http.authentication import Authenticator
from sessionql.http.errors import RETRY_AFTER, UNAVAILABLE, bearer_challenge, reauthentication_challenge
from sessionql.resolvers.cookie_jar import CookiesRejected
from sessionql.resolvers.request_context import RequestContext
from sessionql.resolvers.requester import Requester, Unauthenticated
from sessionql.storage import StorageUnavailable

Guard = Callable[..., Awaitable[Requester]]
OptionalGuard = Callable[..., Awaitable[Requester | None]]

_CLOSE_CODES = {401: 4401, 403: 4403, 503: 1013}
"""The close code of a WebSocket by the status of the error, the same as at `/graphql`."""


@dataclass(frozen=True, slots=True)
class Guards:
    """The guards of one server."""

    current_session: Guard
    optional_session: OptionalGuard
    fresh_session: Callable[[timedelta | None], Guard]


def make_guards(authenticator: Authenticator, start_check: StartCheck) -> Guards:
    """The guards of one server."""
    authentication, deps = _Authentication(authenticator, start_check), authenticator.deps

    async def optional_session(
        connection: HTTPConnection, context: Annotated[RequestContext, Depends(authentication)]
    ) -> Requester | None:
        try:
            return context.optional()
        except Unauthenticated as error:
            _reject(connection, 401, str(error), bearer_challenge(rejected=error.rejected))

    async def current_session(
        connection: HTTPConnection, requester: Annotated[Requester | None, Depends(optional_session)]
    ) -> Requester:
        if requester is None:
            _reject(connection, 401, str(Unauthenticated(rejected=False)), bearer_challenge(rejected=False))
        return requester

    def fresh_session(max_age: timedelta | None = None) -> Guard:
        if max_age is not None and max_age <= timedelta(0):
            raise ValueError(
                f"fresh_session({max_age!r}) would ask for nothing: pass a max_age of more than zero, or use "
                "current_session"
            )
        allowed = deps.policy.fresh_login if max_age is None else max_age

        async def fresh(
            connection: HTTPConnection, requester: Annotated[Requester, Depends(current_session)]
        ) -> Requester:
            age = deps.clock() - requester.session.authenticated_at
            if allowed and age > allowed:
                challenge = reauthentication_challenge(int(allowed.total_seconds()))
                _reject(connection, 403, "Enter your password again (`reauthenticate`), then try again.", challenge)
            return requester

        return fresh

    return Guards(current_session, optional_session, fresh_session)


class _Authentication(SecurityBase):
    """Authenticates a request once, however many guards its route has. It is in the OpenAPI document."""

    def __init__(self, authenticator: Authenticator, start_check: StartCheck) -> None:
        self.model = HTTPBearer(description="The access token of a session. The cookies of the page work too.")
        self.scheme_name = "SessionQL"
        self._authenticator = authenticator
        self._start_check = start_check

    async def __call__(self, connection: HTTPConnection) -> RequestContext:
        """The context of the request. Raises HTTPException, or WebSocketException in a WebSocket handshake."""
        if not self._start_check.running:
            self._start_check.warn()
        try:
            return await self._authenticator.for_guard(connection)
        except CookiesRejected as error:
            _reject(connection, 403, str(error))
        except StorageUnavailable:
            _reject(connection, 503, UNAVAILABLE)


def _reject(connection: HTTPConnection, status: int, reason: str, challenge: str | None = None) -> NoReturn:
    if connection.scope["type"] == "websocket":
        raise WebSocketException(_CLOSE_CODES[status], reason)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.update(RETRY_AFTER)
    raise HTTPException(status, reason, headers)
