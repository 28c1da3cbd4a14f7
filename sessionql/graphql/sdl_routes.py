"""The schemas as SDL, for code generators: `/schema.graphql` for users, `/services.graphql` for service keys.

The introspection policy applies. Only a service key can have more rights than an anonymous request here, so cookies
are not read.
"""

from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sessionql.graphql.introspection import REJECTIONS, may_introspect
from sessionql.http.authentication import Authenticator
from sessionql.http.errors import RETRY_AFTER, map_exception
from sessionql.http.static_files import StaticFile, static_file
from sessionql.http_kit.errors import mask_error
from sessionql.resolvers.dependencies import Accounts
from sessionql.resolvers.request_context import Anonymous, Rejected, RequestContext
from sessionql.resolvers.service_keys import ServiceAccount
from sessionql.schema.build import sdl, services_sdl
from sessionql.settings.mode import Introspection

SERVICE_KEY_REQUIRED = "This schema needs a service key: send one as `Authorization: Bearer sqls_…`."


def sdl_routes(authenticator: Authenticator, introspection: Introspection, accounts: Accounts) -> list[Route]:
    """The routes of both schemas, of these accounts; none when introspection is off."""
    if introspection == "off":
        return []
    users = _SdlEndpoint(authenticator, introspection, partial(_file, sdl, accounts), for_services=False)
    services = _SdlEndpoint(authenticator, introspection, partial(_file, services_sdl, accounts), for_services=True)
    return [
        Route("/schema.graphql", users.respond, methods=["GET"]),
        Route("/services.graphql", services.respond, methods=["GET"]),
    ]


class _SdlEndpoint:
    """Responds with the SDL of one schema, or with an error in plain text."""

    def __init__(
        self,
        authenticator: Authenticator,
        introspection: Introspection,
        file: Callable[[], StaticFile],
        *,
        for_services: bool,
    ) -> None:
        self._authenticator = authenticator
        self._introspection: Introspection = introspection
        self._file = file
        self._for_services = for_services

    async def respond(self, request: Request) -> Response:
        """The response to a request. Never raises."""
        try:
            context = await self._authenticator.by_bearer(request)
        except Exception as error:  # noqa: BLE001 - the last handler before the client
            info = mask_error(error, map_exception)
            headers = RETRY_AFTER if info.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
            return _error(info.status, info.message, **headers)
        if rejection := self._rejection(context):
            if isinstance(context.authentication, Anonymous | Rejected):
                return _error(401, rejection, **{"WWW-Authenticate": "Bearer"})
            return _error(403, rejection)
        return self._file().respond(request)

    def _rejection(self, context: RequestContext) -> str | None:
        if not may_introspect(context, self._introspection):
            return REJECTIONS[self._introspection]
        has_key = isinstance(context.authentication, ServiceAccount)
        return SERVICE_KEY_REQUIRED if self._for_services and not has_key else None


@cache
def _file(sdl: Callable[[Accounts], str], accounts: Accounts) -> StaticFile:
    """Printed on the first request, which keeps the start of the server short."""
    return static_file(sdl(accounts).encode(), "text/plain; charset=utf-8", "private, no-cache")


def _error(status: int, message: str, **headers: str) -> Response:
    return PlainTextResponse(f"{message}\n", status, headers)
