"""The application: services, doors, and what goes on in the background while it runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from graphql_server import GraphQLEndpoint
from resolvers.devices import describe
from resolvers.keys import KeyFile, KeysError
from resolvers.locations import Locations, LocationsError
from resolvers.pruning import prune_every
from resolvers.services import Clock, Services
from sessionql.examples import load_examples
from sessionql.graphiql import PAGE_HEADERS, graphiql_assets, graphiql_page
from sessionql.graphql import make_endpoint
from sessionql.services import make_services, prepare, system_clock
from sessionql.settings import Settings
from storage import StorageError, StorageUnavailable
from storage.migrate import check

log = logging.getLogger("sessionql")

Handler = Callable[[Request], Awaitable[Response]]

EXAMPLES = Path(__file__).parent.parent / "graphql_examples"
FLUSH_PAUSE = 5.0
"""Seconds between two writings of activity, and between two looks at the keys file."""


def create_app(settings: Settings | None = None, *, clock: Clock = system_clock) -> FastAPI:
    """A SessionQL server as an ASGI application. Connects when its lifespan begins."""
    settings = settings or Settings()
    keys = KeyFile(settings.keys_path)
    keys.load_or_create(clock())
    services = make_services(settings, keys, clock=clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await _connect(settings, services)
        async with _background(settings, services, keys):
            yield
        services.passwords.close()
        await services.storage.database.close()

    app = FastAPI(title="SessionQL", lifespan=lifespan, openapi_url=None)
    app.state.services = services
    app.router.routes.extend(_routes(settings, services))
    return app


def _routes(settings: Settings, services: Services) -> list[Route]:
    endpoint = make_endpoint(services, settings.max_body_bytes)
    routes = [
        Route("/healthz", _health(services), methods=["GET"]),
        Route("/.well-known/jwks.json", _jwks(services), methods=["GET"]),
    ]
    if settings.graphiql:
        routes += [graphiql_assets(), Route("/", _to_graphiql, methods=["GET"])]
    every_method = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    graphql = _with_page(endpoint) if settings.graphiql else endpoint.__call__
    return [*routes, Route("/graphql", graphql, methods=every_method)]


def _with_page(endpoint: GraphQLEndpoint) -> Handler:
    """The endpoint, and the GraphiQL page for browsers that open its address."""
    page = graphiql_page(load_examples(EXAMPLES))

    async def graphql(request: Request) -> Response:
        accept = request.headers.get("accept", "")
        if request.method == "GET" and "text/html" in accept and "query" not in request.query_params:
            return HTMLResponse(page, headers=dict(PAGE_HEADERS))
        return await endpoint(request)

    return graphql


async def _to_graphiql(request: Request) -> Response:
    return RedirectResponse(request.url_for("graphql").path, 307)


def _jwks(services: Services) -> Handler:
    async def jwks(_request: Request) -> Response:
        return JSONResponse(services.tokens.to_jwks(), headers={"cache-control": "public, max-age=300"})

    return jwks


def _health(services: Services) -> Handler:
    """Whether the server can do its work: 200, or 503 and what is missing."""

    async def health(_request: Request) -> Response:
        database = services.storage.database
        headers = {"cache-control": "no-store"}
        try:
            await check(database)
        except StorageError as error:
            log.warning("Not healthy: %s", error)
            away = isinstance(error, StorageUnavailable)
            problem = "the database cannot be reached" if away else "run `sessionql migrate`"
            return JSONResponse({"status": "unavailable", "problem": problem}, 503, headers)
        return JSONResponse({"status": "ok", "database": database.name}, headers=headers)

    return health


async def _connect(settings: Settings, services: Services) -> None:
    """Connect. A database that is away now may come back: requests are answered 503 until then."""
    try:
        await prepare(settings, services.storage)
    except StorageUnavailable as error:
        log.warning("Starting without the database, which cannot be reached: %s", error)


@asynccontextmanager
async def _background(settings: Settings, services: Services, keys: KeyFile) -> AsyncIterator[None]:
    """Flush activity, prune, and notice new keys while the block runs; flush once more at its end."""
    tasks = [
        asyncio.create_task(services.activity.flush_every(FLUSH_PAUSE)),
        asyncio.create_task(prune_every(services, settings.prune_interval.total_seconds())),
        asyncio.create_task(_watch(keys, services.locations)),
        # Its tables take a third of a second to build: not in somebody's first log-in.
        asyncio.create_task(asyncio.to_thread(describe, "Mozilla/5.0")),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        try:
            await services.activity.flush()
        except StorageError as error:
            log.warning("Activity of the last moments could not be written: %s", error)


async def _watch(keys: KeyFile, locations: Locations) -> None:
    """Notice when the keys or the GeoIP database are replaced. A broken file changes nothing."""
    while True:
        await asyncio.sleep(FLUSH_PAUSE)
        for file in (keys, locations):
            try:
                if file.reload():
                    log.info("Read the %s file again", type(file).__name__)
            except (KeysError, LocationsError) as error:
                log.warning("Going on with what was read before: %s", error)
