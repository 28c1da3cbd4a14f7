"""The doors: what can be asked for by HTTP, and who answers."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from sessionql.graphql.examples import load_examples
from sessionql.graphql.graphiql import PAGE_HEADERS, graphiql_assets, graphiql_page
from sessionql.graphql.sdl_routes import sdl_routes
from sessionql.graphql.wiring import make_graphql
from sessionql.graphql_server import GraphQLEndpoint
from sessionql.http.static_packages import GRAPHIQL
from sessionql.page import page_routes
from sessionql.resolvers.dependencies import Dependencies
from sessionql.settings.settings import Settings
from sessionql.storage import StorageError, StorageUnavailable
from sessionql.storage.migrate import check

log = logging.getLogger("sessionql")

Handler = Callable[[Request], Awaitable[Response]]

EXAMPLES = Path(__file__).parent.parent / "graphql_examples"

# Who sends one of these asks for an operation, and not for the page.
_ASKING = frozenset({"query", "documentId", "extensions"})


def routes(settings: Settings, deps: Dependencies) -> list[BaseRoute]:
    """Every door of the server but those of REST."""
    health = Route("/healthz", _health(deps), methods=["GET"])
    return [*graphql_routes(settings, deps), health, *page_routes(settings)]


def graphql_routes(settings: Settings, deps: Dependencies) -> list[BaseRoute]:
    """The doors that speak GraphQL, or help those who do."""
    graphql = make_graphql(deps, settings)
    endpoint = graphql.endpoint
    always: list[BaseRoute] = [
        WebSocketRoute("/graphql", graphql.socket),
        Route("/.well-known/jwks.json", _jwks(deps), methods=["GET"]),
        *sdl_routes(deps, settings),
    ]
    if not settings.serves_graphiql:
        return [*always, _for_every_method("/graphql", endpoint.__call__)]
    return [
        *always,
        _for_every_method("/graphql", _with_page(endpoint)),
        *([graphiql_assets()] if GRAPHIQL.is_installed() else []),
    ]


def _for_every_method(path: str, handler: Handler) -> Route:
    """A door that says itself which methods it takes, in the words of GraphQL."""
    route = Route(path, handler)
    route.methods = None
    return route


def _with_page(endpoint: GraphQLEndpoint) -> Handler:
    """The endpoint, and the GraphiQL page for browsers that open its address."""
    page = graphiql_page(load_examples(EXAMPLES)) if GRAPHIQL.is_installed() else None

    async def graphql(request: Request) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        if request.method == "GET" and wants_page and not _ASKING.intersection(request.query_params):
            return _page_response(page)
        return await endpoint(request)

    return graphql


def _page_response(page: str | None) -> Response:
    """The GraphiQL page; a 404 response with a reason where its files are not installed."""
    if page is None:
        return PlainTextResponse(GRAPHIQL.missing, 404, {"Vary": "Accept"})
    return HTMLResponse(page, headers=dict(PAGE_HEADERS))


def _jwks(deps: Dependencies) -> Handler:
    """The keys that access tokens are checked with (RFC 7517)."""

    async def jwks(_request: Request) -> Response:
        return JSONResponse(deps.tokens.to_jwks(), headers={"cache-control": "public, max-age=300"})

    return jwks


def _health(deps: Dependencies) -> Handler:
    """Whether the server can do its work: 200, or 503 and what is missing."""

    async def health(_request: Request) -> Response:
        database, headers = deps.storage.database, {"cache-control": "no-store"}
        try:
            await check(database)
        except StorageError as error:
            log.warning("Not healthy: %s", error)
            away = isinstance(error, StorageUnavailable)
            problem = "the database cannot be reached" if away else "run `sessionql migrate`"
            return JSONResponse({"status": "unavailable", "problem": problem}, 503, headers)
        return JSONResponse({"status": "ok", "database": database.name}, headers=headers)

    return health
