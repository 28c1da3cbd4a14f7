"""SessionQL as a part of a FastAPI application, or as one: the services, and the doors and guards that use them."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import Route

from sessionql.app.asgi import Application
from sessionql.app.background import background
from sessionql.app.bootstrap import make_services, prepare, system_clock
from sessionql.app.guards import Guard, make_guards
from sessionql.app.routes import graphql_doors, routes
from sessionql.http.security_headers import with_headers
from sessionql.resolvers.background.hooks import Hook, Hooks, Moment
from sessionql.resolvers.dependencies import Clock
from sessionql.resolvers.tokens.key_file import KeyFile
from sessionql.rest import make_rest
from sessionql.settings.settings import Settings
from sessionql.storage import StorageUnavailable

log = logging.getLogger("sessionql")


class SessionQL:
    """A session server. Nothing connects before its lifespan begins.

    Give `lifespan` to your application, or call it inside of your own. Then mount `app`, or include
    `graphql_router` and `rest_router`, and protect routes with `Depends` of a guard.
    """

    def __init__(self, settings: Settings | None = None, *, clock: Clock = system_clock) -> None:
        """Without settings they are read from the environment. Raises KeysError when the keys cannot be read."""
        self.settings = settings = settings or Settings()
        self._keys = KeyFile(settings.keys_path)
        self._keys.load_or_create(clock())
        self.services = make_services(settings, self._keys, clock=clock)
        self._hooks = Hooks(self.services.storage)
        self._lives = 0
        self._noticed = False
        guards = make_guards(settings, self.services, self._notice)
        self.current_session = guards.current_session
        """The session that a request is made with; 401 when there is none. Read anew for every request."""
        self.optional_session = guards.optional_session
        """The same, or None when nobody is signed in; 401 for a token that is not good any more."""
        self._fresh_session = guards.fresh_session

    def fresh_session(self, max_age: timedelta | None = None) -> Guard:
        """A guard for what wants a log-in, or a password typed again, no older than `max_age`.

        Without one it is SESSIONQL_FRESH_LOGIN. Answers 403 with the challenge of RFC 9470.
        """
        return self._fresh_session(max_age)

    def on_session_created(self, hook: Hook) -> Hook:
        """Call the hook when somebody has logged in or registered: see `sessionql.resolvers.background.hooks`."""
        return self._on(Moment.SESSION_CREATED, hook)

    def on_session_revoked(self, hook: Hook) -> Hook:
        """Call the hook when a session was ended, but not when one expires; its `revocation_reason` says why."""
        return self._on(Moment.SESSION_REVOKED, hook)

    def on_new_device(self, hook: Hook) -> Hook:
        """Call the hook when somebody has logged in on a device that they were not seen with before."""
        return self._on(Moment.NEW_DEVICE, hook)

    @cached_property
    def app(self) -> FastAPI:
        """Everything, as an application to serve, or to mount: `app.mount("/auth", sessions.app)`."""
        app = Application(self.settings.origins, self.lifespan, self._notice)
        app.state.services = self.services
        app.router.routes.extend(routes(self.settings, self.services))
        if self.settings.rest:
            app.include_router(make_rest(self.settings, self.services))
        return app

    @cached_property
    def graphql_router(self) -> APIRouter:
        """The GraphQL doors, the SDL and the keys, to include in an application. Brings the lifespan."""
        router = APIRouter(lifespan=self.lifespan)
        for door in graphql_doors(self.settings, self.services):
            # Nobody knows what surrounds it there.
            router.routes.append(with_headers(door) if isinstance(door, Route) else door)
        return router

    @cached_property
    def rest_router(self) -> APIRouter:
        """The REST doors, to include in an application. Brings the lifespan."""
        router = APIRouter(lifespan=self.lifespan)
        router.include_router(make_rest(self.settings, self.services))
        return router

    @asynccontextmanager
    async def lifespan(self, _app: Any = None) -> AsyncIterator[None]:
        """Connect, work beside the requests, and let go in the end. Within itself it changes nothing."""
        self._lives += 1
        try:
            if self._lives > 1:
                yield
                return
            async with self._life():
                yield
        finally:
            self._lives -= 1

    @asynccontextmanager
    async def _life(self) -> AsyncIterator[None]:
        await self._connect()
        try:
            async with background(self.settings, self.services, self._keys):
                yield
        finally:
            await self._hooks.drain()
            self.services.passwords.close()
            await self.services.storage.database.close()

    async def _connect(self) -> None:
        """Connect. A database that is away now may come back: requests are answered 503 until then."""
        try:
            await prepare(self.settings, self.services.storage)
        except StorageUnavailable as error:
            log.warning("Starting without the database, which cannot be reached: %s", error)

    def _on(self, moment: Moment, hook: Hook) -> Hook:
        self._hooks.add(moment, hook)
        return hook

    def _notice(self) -> None:
        if not self._lives and not self._noticed:
            self._noticed = True
            log.warning("SessionQL is asked, but has not begun: write FastAPI(lifespan=sessions.lifespan)")
