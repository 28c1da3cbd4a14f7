"""The application: services, doors, and its life from connecting to letting go."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from resolvers.key_file import KeyFile
from resolvers.services import Clock, Services
from sessionql.background import background
from sessionql.doors import routes
from sessionql.services import make_services, prepare, system_clock
from sessionql.settings import Settings
from storage import StorageUnavailable

log = logging.getLogger("sessionql")


def create_app(settings: Settings | None = None, *, clock: Clock = system_clock) -> FastAPI:
    """A SessionQL server as an ASGI application. Connects when its lifespan begins."""
    settings = settings or Settings()
    keys = KeyFile(settings.keys_path)
    keys.load_or_create(clock())
    services = make_services(settings, keys, clock=clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await _connect(settings, services)
        try:
            async with background(settings, services, keys):
                yield
        finally:
            services.passwords.close()
            await services.storage.database.close()

    app = FastAPI(title="SessionQL", lifespan=lifespan, openapi_url=None)
    app.state.services = services
    app.router.routes.extend(routes(settings, services))
    return app


async def _connect(settings: Settings, services: Services) -> None:
    """Connect. A database that is away now may come back: requests are answered 503 until then."""
    try:
        await prepare(settings, services.storage)
    except StorageUnavailable as error:
        log.warning("Starting without the database, which cannot be reached: %s", error)
