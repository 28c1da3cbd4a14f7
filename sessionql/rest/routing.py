"""Routes that handle their errors, 405 and HEAD themselves, so that they behave the same in any application.

Starlette answers a wrong method with the methods of the first route of that path. Here, each path ends with a
`MethodNotAllowed`, which knows all its methods.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sessionql.http.authentication import Authenticator
from sessionql.http.error_responses import METHOD_NOT_ALLOWED, NOT_FOUND, Render
from sessionql.http.security_headers import add_headers
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


class MethodNotAllowed:
    """An ASGI application that responds 405 with the methods of a path (RFC 9110 section 15.5.6)."""

    def __init__(self, methods: Iterable[str]) -> None:
        self._allow = ", ".join(sorted(methods))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = problem(405, "METHOD_NOT_ALLOWED", METHOD_NOT_ALLOWED, headers={"Allow": self._allow})
        await add_headers(response)(scope, receive, send)


def rest_router(reader: RequestReader, tag: str) -> APIRouter:
    """An empty router whose routes respond to exceptions with problem details and set the changed cookies."""
    return APIRouter(route_class=_route_class(reader.authenticator), dependencies=[Depends(_BEARER)], tags=[tag])


def combine(routers: Sequence[APIRouter]) -> APIRouter:
    """One router: paths without parameters first, HEAD beside each GET, and a 405 at the end of each path."""
    paths: dict[str, list[APIRoute]] = {}
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                paths.setdefault(route.path, []).append(route)
    combined = APIRouter()
    for path in sorted(paths, key=lambda path: "{" in path):
        routes = [*paths[path], *(_head(route) for route in paths[path] if "GET" in _methods(route))]
        methods = {method for route in routes for method in _methods(route)}
        combined.routes += [*routes, Route(path, MethodNotAllowed(methods), include_in_schema=False)]
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


def _route_class(authenticator: Authenticator) -> type[APIRoute]:
    class RestRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            return partial(_respond, super().get_route_handler(), authenticator)

    return RestRoute


async def _respond(
    handle: Callable[[Request], Awaitable[Response]], authenticator: Authenticator, request: Request
) -> Response:
    try:
        response = await handle(request)
    except Exception as error:  # noqa: BLE001 - the last handler before the client
        response = from_exception(error)
    context = context_of(request)
    if context is not None and context.cookies.changes:
        # The path of the refresh cookie is that of the GraphQL endpoint beside these routes.
        scope = {**request.scope, "path": f"{request.scope.get('root_path', '')}/graphql"}
        for name, value in authenticator.cookies.write(context.cookies.changes, scope, authenticator.deps.clock()):
            response.headers.append(name, value)
    return add_headers(response)


def _head(route: APIRoute) -> APIRoute:
    """The route for HEAD: the server sends its response without the body."""
    return type(route)(
        route.path, route.endpoint, response_model=route.response_model, methods=["HEAD"], include_in_schema=False
    )


def _methods(route: APIRoute) -> set[str]:
    return route.methods or set()


def _first_segment(path: str) -> str:
    return path.lstrip("/").partition("/")[0]
