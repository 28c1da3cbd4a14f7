"""The application: services, doors, and its life from connecting to letting go."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from resolvers.key_file import KeyFile
from resolvers.services import Clock, Services
from sessionql.background import background
from sessionql.cors import share
from sessionql.doors import routes
from sessionql.origins import Origins
from sessionql.refusals import fail, refuse
from sessionql.rest import make_rest
from sessionql.security_headers import SecurityHeaders
from sessionql.services import make_services, prepare, system_clock
from sessionql.settings import Settings
from storage import StorageUnavailable

log = logging.getLogger("sessionql")


class Application(FastAPI):
    """FastAPI, with what browsers are told around everything: also around its own errors."""

    def __init__(self, origins: Origins, **fastapi: Any) -> None:
        super().__init__(**fastapi)
        self._origins = origins

    def build_middleware_stack(self) -> ASGIApp:
        """The layers, the outermost last."""
        return SecurityHeaders(share(super().build_middleware_stack(), self._origins))


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

    app = Application(
        settings.origins,
        title="SessionQL",
        lifespan=lifespan,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: refuse, Exception: fail},
    )
    app.state.services = services
    app.router.routes.extend(routes(settings, services))
    if settings.rest:
        app.include_router(make_rest(settings, services))
    return app


async def _connect(settings: Settings, services: Services) -> None:
    """Connect. A database that is away now may come back: requests are answered 503 until then."""
    try:
        await prepare(settings, services.storage)
    except StorageUnavailable as error:
        log.warning("Starting without the database, which cannot be reached: %s", error)
