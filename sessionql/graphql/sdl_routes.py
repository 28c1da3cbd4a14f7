"""The schemas as SDL, for tools that make typed clients, and whoever may introspect.

`/schema.graphql` is that of users, `/services.graphql` that of services, which only they may see. Only keys
are more than nobody here, so cookies are not read: what their user may see everybody may, or nobody.
"""

from collections.abc import Callable
from functools import cache
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sessionql.graphql.introspection import REJECTIONS, may_introspect
from sessionql.graphql.wiring import map_exception
from sessionql.http.authentication import bearer_token, client_of, context_of
from sessionql.http.static_files import StaticFile, static_file
from sessionql.http_kit.errors import mask_error
from sessionql.resolvers.dependencies import Dependencies
from sessionql.schema.browser import CookieJar
from sessionql.schema.build import sdl, services_sdl
from sessionql.schema.context import Context
from sessionql.schema.service_context import ServiceContext
from sessionql.settings.mode import Introspection
from sessionql.settings.settings import Settings

FOR_SERVICES = "This schema is for service keys: send one as `Authorization: Bearer sqls_…`."


def sdl_routes(deps: Dependencies, settings: Settings) -> list[Route]:
    """The routes of both schemas; none where nobody may introspect."""
    if settings.introspectors == "off":
        return []
    users = _SdlRoute(deps, settings, sdl, for_services=False)
    others = _SdlRoute(deps, settings, services_sdl, for_services=True)
    return [
        Route("/schema.graphql", users.__call__, methods=["GET"]),
        Route("/services.graphql", others.__call__, methods=["GET"]),
    ]


class _SdlRoute:
    """Answers who asks for one schema: the SDL, or in a sentence why not."""

    def __init__(self, deps: Dependencies, settings: Settings, make: Callable[[], str], *, for_services: bool) -> None:
        self._deps = deps
        self._proxies = settings.proxies
        self._introspectors: Introspection = settings.introspectors
        self._make = make
        self._for_services = for_services

    async def __call__(self, request: Request) -> Response:
        """Never raises: what goes wrong is a sentence too."""
        try:
            context = await self._context_of(request)
        except Exception as error:  # noqa: BLE001 - the last line before the client
            fault = mask_error(error, map_exception)
            again = {"Retry-After": "1"} if fault.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
            return _refuse(fault.status, fault.message, **again)
        if why_not := self._why_not(context):
            known = isinstance(context, ServiceContext) or context.requester is not None
            return _refuse(403, why_not) if known else _refuse(401, why_not, **{"WWW-Authenticate": "Bearer"})
        return _file_of(self._make).respond(request)

    async def _context_of(self, request: Request) -> Context:
        """Who asks, found out as for GraphQL but for cookies."""
        client = client_of(request, self._proxies, truncate=self._deps.policy.truncate_addresses)
        return await context_of(self._deps, client, bearer_token(request), CookieJar())

    def _why_not(self, context: Context) -> str | None:
        if not may_introspect(context, self._introspectors):
            return REJECTIONS[self._introspectors]
        return FOR_SERVICES if self._for_services and not isinstance(context, ServiceContext) else None


@cache
def _file_of(make: Callable[[], str]) -> StaticFile:
    """Made when somebody first asks: a start need not wait for it."""
    return static_file(make().encode(), "text/plain; charset=utf-8", "private, no-cache")


def _refuse(status: int, why: str, **headers: str) -> Response:
    return PlainTextResponse(f"{why}\n", status, headers)
