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
from sessionql.app.bootstrap import make_dependencies, prepare, system_clock
from sessionql.app.guards import Guard, make_guards
from sessionql.app.pages import check_pages
from sessionql.app.routes import graphql_routes, routes
from sessionql.http.security_headers import with_headers
from sessionql.resolvers.background.hooks import Hook, HookEvent, Hooks
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
        """Without settings they are read from the environment.

        Raises KeysError when the keys cannot be read, and StaticFilesMissing when a page cannot be served that
        its own setting turns on.
        """
        self.settings = settings = settings or Settings()
        check_pages(settings)
        self._keys = KeyFile(settings.keys_path)
        self._keys.load_or_create(clock())
        self.dependencies = make_dependencies(settings, self._keys, clock=clock)
        self._hooks = Hooks(self.dependencies.storage)
        self._starts = 0
        self._warned = False
        guards = make_guards(settings, self.dependencies, self._warn_if_not_started)
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
        return self._on(HookEvent.SESSION_CREATED, hook)

    def on_session_revoked(self, hook: Hook) -> Hook:
        """Call the hook when a session was ended, but not when one expires; its `revocation_reason` says why."""
        return self._on(HookEvent.SESSION_REVOKED, hook)

    def on_new_device(self, hook: Hook) -> Hook:
        """Call the hook when somebody has logged in on a device that they were not seen with before."""
        return self._on(HookEvent.NEW_DEVICE, hook)

    @cached_property
    def app(self) -> FastAPI:
        """Everything, as an application to serve, or to mount: `app.mount("/auth", sessions.app)`."""
        app = Application(self.settings.origins, self.lifespan, self._warn_if_not_started)
        app.state.deps = self.dependencies
        app.router.routes.extend(routes(self.settings, self.dependencies))
        if self.settings.rest:
            app.include_router(make_rest(self.settings, self.dependencies))
        return app

    @cached_property
    def graphql_router(self) -> APIRouter:
        """The GraphQL doors, the SDL and the keys, to include in an application. Brings the lifespan."""
        router = APIRouter(lifespan=self.lifespan)
        for door in graphql_routes(self.settings, self.dependencies):
            # Nobody knows what surrounds it there.
            router.routes.append(with_headers(door) if isinstance(door, Route) else door)
        return router

    @cached_property
    def rest_router(self) -> APIRouter:
        """The REST doors, to include in an application. Brings the lifespan."""
        router = APIRouter(lifespan=self.lifespan)
        router.include_router(make_rest(self.settings, self.dependencies))
        return router

    @asynccontextmanager
    async def lifespan(self, _app: Any = None) -> AsyncIterator[None]:
        """Connect, work beside the requests, and let go in the end. Within itself it changes nothing."""
        self._starts += 1
        try:
            if self._starts > 1:
                yield
                return
            async with self._started():
                yield
        finally:
            self._starts -= 1

    @asynccontextmanager
    async def _started(self) -> AsyncIterator[None]:
        await self._connect()
        try:
            async with background(self.settings, self.dependencies, self._keys):
                yield
        finally:
            await self._hooks.drain()
            self.dependencies.passwords.close()
            await self.dependencies.storage.database.close()

    async def _connect(self) -> None:
        """Connect. A database that is away now may come back: requests are answered 503 until then."""
        try:
            await prepare(self.settings, self.dependencies.storage)
        except StorageUnavailable as error:
            log.warning("Starting without the database, which cannot be reached: %s", error)

    def _on(self, moment: HookEvent, hook: Hook) -> Hook:
        self._hooks.add(moment, hook)
        return hook

    def _warn_if_not_started(self) -> None:
        if not self._starts and not self._warned:
            self._warned = True
            log.warning("SessionQL is asked, but has not begun: write FastAPI(lifespan=sessions.lifespan)")
