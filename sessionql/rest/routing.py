"""Routes that handle their errors, 405 and HEAD themselves, so that they behave the same in any application.

Starlette answers a wrong method with the methods of the first route of that path. Here, each route knows all methods of
its path. It still lets a later route of the application match that has the same path and another method.
"""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from sessionql.http.error_responses import METHOD_NOT_ALLOWED, NOT_FOUND, Render
from sessionql.http.security_headers import add_headers
from sessionql.http_kit.budgets import BYTES_OF_A_FIELD
from sessionql.http_kit.query import check_parameters
from sessionql.rest.problems import from_exception, problem
from sessionql.rest.request import RequestReader, context_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _BearerInDocument(SecurityBase):
    """Puts the security scheme into OpenAPI documents. Routes authenticate requests themselves."""

    scheme_name = "SessionQL"
    model = HTTPBearer(description="An access token; for services, their key.")

    async def __call__(self) -> None:
        """Check nothing."""


_BEARER = _BearerInDocument()


class RestRoute(APIRoute):
    """A route whose 405 response lists all methods of its path (RFC 9110 section 15.5.6). `combine` sets its fields."""

    allow = ""
    """The methods of the path."""
    other_paths: frozenset[str] = frozenset()
    """Paths of other routes that a path with parameters matches too."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        if match is Match.FULL and self.other_paths:
            path = self.path_format.format(**child_scope["path_params"])
            return (Match.PARTIAL if path in self.other_paths else match), child_scope
        return match, child_scope

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to the request, or respond 405."""
        if scope["method"] in _methods(self):
            await super().handle(scope, receive, send)
        else:
            response = problem(405, "METHOD_NOT_ALLOWED", METHOD_NOT_ALLOWED, headers={"Allow": self.allow})
            await add_headers(response)(scope, receive, send)


def rest_router(reader: RequestReader, tag: str) -> APIRouter:
    """An empty router whose routes respond to exceptions with problem details and set the changed cookies."""
    return APIRouter(route_class=_route_class(reader), dependencies=[Depends(_BEARER)], tags=[tag])


def combine(routers: Sequence[APIRouter]) -> APIRouter:
    """One router: paths without parameters first, HEAD beside each GET, and for each path a 405 with its methods."""
    paths: dict[str, list[RestRoute]] = {}
    for router in routers:
        for route in router.routes:
            if isinstance(route, RestRoute):
                paths.setdefault(route.path, []).append(route)
    fixed = frozenset(path for path in paths if "{" not in path)
    combined = APIRouter()
    for path in sorted(paths, key=lambda path: "{" in path):
        routes = [*paths[path], *(_head(route) for route in paths[path] if "GET" in _methods(route))]
        allow = ", ".join(sorted({method for route in routes for method in _methods(route)}))
        for route in routes:
            route.allow, route.other_paths = allow, frozenset() if path in fixed else fixed
        combined.routes += routes
    return combined


def renderer(router: APIRouter, fallback: Render) -> Render:
    """Renders an error of the application as problem details if its path is one of the router's, or below one."""
    segments = {segment for route in router.routes if (segment := _first_segment(getattr(route, "path", "")))}

    def render(request: Request, status: int, code: str, message: str, headers: dict[str, str]) -> Response:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        if _first_segment(path) not in segments:
            return fallback(request, status, code, message, headers)
        detail = "There is nothing at this path." if message == NOT_FOUND else message
        return problem(status, code, detail, headers=headers)

    return render


class _RestRequest(Request):
    """A request whose cookies FastAPI does not parse: no route has a parameter for one."""

    @property
    def cookies(self) -> dict[str, str]:
        return {}


def _route_class(reader: RequestReader) -> type[RestRoute]:
    class ServerRoute(RestRoute):
        def get_route_handler(self) -> Handler:
            return partial(_respond, super().get_route_handler(), reader)

    return ServerRoute


async def _respond(
    handle: Callable[[Request], Awaitable[Response]], reader: RequestReader, request: Request
) -> Response:
    authenticator = reader.authenticator
    try:
        check_parameters(request)
        response = await handle(_RestRequest(request.scope, request.receive))
    except Exception as error:  # noqa: BLE001 - the last handler before the client
        response = from_exception(error)
    context = context_of(request)
    if context is not None:
        reader.budgets.spend(context, len(response.body) / BYTES_OF_A_FIELD)
    if context is not None and context.cookies.changes:
        for name, value in authenticator.cookies.write(context.cookies.changes, authenticator.deps.clock()):
            response.headers.append(name, value)
    return add_headers(response)


def _head(route: RestRoute) -> RestRoute:
    """The route for HEAD: the server sends its response without the body."""
    return type(route)(
        route.path, route.endpoint, response_model=route.response_model, methods=["HEAD"], include_in_schema=False
    )


def _methods(route: APIRoute) -> set[str]:
    return route.methods or set()


def _first_segment(path: str) -> str:
    return path.lstrip("/").partition("/")[0]
