"""The routes of the server except REST: GraphQL, the SDL, the public keys, health and the page."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from graphql import parse, validate
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from sessionql.graphql.examples import Example, load_examples
from sessionql.graphql.graphiql import PAGE_HEADERS, graphiql_files, graphiql_page
from sessionql.graphql.sdl_routes import sdl_routes
from sessionql.graphql.wiring import make_graphql
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from sessionql.http.authentication import Authenticator
from sessionql.http.static_packages import GRAPHIQL
from sessionql.http_kit.budgets import Budgets
from sessionql.http_kit.query import has_too_many_parameters
from sessionql.page import page_routes
from sessionql.resolvers.dependencies import Accounts, Dependencies
from sessionql.schema.build import users_schema_of
from sessionql.settings.settings import Settings
from sessionql.storage import StorageError
from sessionql.storage.migrate import check

log = logging.getLogger("sessionql")

Handler = Callable[[Request], Awaitable[Response]]

EXAMPLES = Path(__file__).parent.parent / "graphql_examples"

_OPERATION_PARAMETERS = frozenset({"query", "documentId", "extensions"})
"""A GET request with one of these runs an operation and is not for the GraphiQL page."""


def routes(settings: Settings, authenticator: Authenticator, budgets: Budgets) -> list[BaseRoute]:
    """All routes except REST."""
    health = Route("/healthz", _health(authenticator.deps), methods=["GET"])
    return [*graphql_routes(settings, authenticator, budgets), health, *page_routes(settings)]


def graphql_routes(settings: Settings, authenticator: Authenticator, budgets: Budgets) -> list[BaseRoute]:
    """The routes of GraphQL: endpoint, WebSocket, SDL, public keys and, if the settings say so, GraphiQL."""
    graphql = make_graphql(settings, authenticator, budgets)
    endpoint = graphql.endpoint
    always: list[BaseRoute] = [
        WebSocketRoute("/graphql", graphql.socket),
        Route("/.well-known/jwks.json", _jwks(authenticator.deps), methods=["GET"]),
        *sdl_routes(authenticator, settings.introspectors, settings.allowed_accounts),
    ]
    if not settings.serves_graphiql:
        return [*always, _any_method("/graphql", endpoint.__call__)]
    files = [graphiql_files()] if GRAPHIQL.is_installed() else []
    return [*always, _any_method("/graphql", _with_page(endpoint, settings.allowed_accounts)), *files]


def _any_method(path: str, handler: Handler) -> Route:
    """A route whose handler responds to unsupported methods itself, with a GraphQL error."""
    route = Route(path, handler)
    route.methods = None
    return route


def _with_page(endpoint: GraphQLEndpoint, accounts: Accounts) -> Handler:
    """The endpoint, which responds with the GraphiQL page to browsers that open its URL."""
    page = graphiql_page(_examples(accounts)) if GRAPHIQL.is_installed() else None

    async def graphql(request: Request) -> Response:
        wants_page = request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", "")
        if (
            wants_page
            and not has_too_many_parameters(request)
            and not _OPERATION_PARAMETERS.intersection(request.query_params)
        ):
            return _page_response(page)
        return await endpoint(request)

    return graphql


def _examples(accounts: Accounts) -> list[Example]:
    """The example operations that the schema of these accounts has."""
    schema = users_schema_of(accounts)
    return [each for each in load_examples(EXAMPLES) if not validate(schema, parse(each.query))]


def _page_response(page: str | None) -> Response:
    """The GraphiQL page; a 404 response with a reason where its files are not installed."""
    if page is None:
        return PlainTextResponse(GRAPHIQL.missing, 404, {"Vary": "Accept"})
    return HTMLResponse(page, headers=dict(PAGE_HEADERS))


def _jwks(deps: Dependencies) -> Handler:
    """The public keys that verify access tokens (RFC 7517)."""

    async def jwks(_request: Request) -> Response:
        return JSONResponse(deps.tokens.to_jwks(), headers={"cache-control": "public, max-age=300"})

    return jwks


def _health(deps: Dependencies) -> Handler:
    """200 when the database is available and its tables are up to date, else 503. The log has the reason, once."""
    logged: str | None = None

    async def health(_request: Request) -> Response:
        nonlocal logged
        status, problem = 200, None
        try:
            await check(deps.storage.database)
        except StorageError as error:
            status, problem = 503, str(error)
        if problem is not None and problem != logged:
            log.warning("Not healthy: %s", problem)
        logged = problem
        body = {"status": "ok" if problem is None else "unavailable"}
        return JSONResponse(body, status, {"cache-control": "no-store"})

    return health
