"""SessionQL as a part of another FastAPI application, or as an application of its own."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import Route

from sessionql.app.asgi import Application, StartCheck
from sessionql.app.background import background
from sessionql.app.bootstrap import make_authenticator, make_dependencies, prepare, system_clock, warn_of_exposed_files
from sessionql.app.guards import Guard, make_guards
from sessionql.app.pages import check_pages
from sessionql.app.routes import graphql_routes, routes
from sessionql.http.error_responses import as_graphql
from sessionql.http.payers import payer_of
from sessionql.http.security_headers import with_headers
from sessionql.http_kit.budgets import Budgets
from sessionql.http_kit.plain_uvicorn import correct_uvicorn
from sessionql.resolvers.background.hooks import Hook, HookEvent, Hooks
from sessionql.resolvers.dependencies import Clock
from sessionql.resolvers.requester import Requester
from sessionql.resolvers.subscriptions import EndReason, wait_until_invalid
from sessionql.resolvers.tokens.key_file import KeyFile
from sessionql.rest import make_rest, renderer
from sessionql.settings.settings import Settings
from sessionql.storage import StorageError, StorageUnavailable

log = logging.getLogger("sessionql")


class SessionQL:
    """A session server. It connects to the database when its lifespan starts.

    Pass `lifespan` to your application, or enter it in your own lifespan. Then mount `app`, or include
    `graphql_router` and `rest_router`, and protect routes with `Depends` of a guard.
    """

    def __init__(self, settings: Settings | None = None, *, clock: Clock = system_clock) -> None:
        """Without `settings`, reads them from the environment.

        Raises KeysError when the keys file cannot be read, and StaticFilesMissing when a setting turns on a page whose
        files are not installed.
        """
        self.settings = settings = settings or Settings()
        check_pages(settings)
        self._keys = KeyFile(settings.keys_path)
        self._keys.load_or_create(clock())
        self.dependencies = make_dependencies(settings, self._keys, clock=clock)
        self._hooks = Hooks(self.dependencies.storage)
        self._start_check = StartCheck()
        self._authenticator = make_authenticator(settings, self.dependencies)
        self._budgets = Budgets(settings.cost_per_minute, payer_of)
        guards = make_guards(self._authenticator, self._start_check)
        self.current_session = guards.current_session
        """A guard: the session of the request, read from the database each time; 401 when there is none."""
        self.optional_session = guards.optional_session
        """A guard: the session of the request, or None without credentials; 401 for a token that is not valid."""
        self._fresh_session = guards.fresh_session

    def fresh_session(self, max_age: timedelta | None = None) -> Guard:
        """A guard: the session of the request, if the user logged in or reauthenticated within `max_age`.

        `max_age` defaults to SESSIONQL_FRESH_LOGIN. Responds 403 with the challenge of RFC 9470 otherwise.
        Raises ValueError for a `max_age` of zero or less. Without one, and with the setting 0, every session passes.
        """
        return self._fresh_session(max_age)

    def on_session_created(self, hook: Hook) -> Hook:
        """Call the hook after a log-in or a registration: see `sessionql.resolvers.background.hooks`."""
        return self._on(HookEvent.SESSION_CREATED, hook)

    def on_session_revoked(self, hook: Hook) -> Hook:
        """Call the hook after a session was revoked (`revocation_reason` is why), but not when one expires."""
        return self._on(HookEvent.SESSION_REVOKED, hook)

    def on_new_device(self, hook: Hook) -> Hook:
        """Call the hook after a log-in on a device that the user has not logged in on before."""
        return self._on(HookEvent.NEW_DEVICE, hook)

    async def until_ended(self, requester: Requester) -> EndReason:
        """Wait until the session or the access token of a guard may no longer be used, and return why.

        For WebSockets and streams of your own, which have to be closed then. `EndReason.INTERRUPTED`: the database
        cannot be reached, so that a revocation could be missed.
        """
        try:
            return await wait_until_invalid(self.dependencies, lambda: requester)
        except StorageError:
            return EndReason.INTERRUPTED

    @cached_property
    def app(self) -> FastAPI:
        """All routes, as an application to serve or to mount: `app.mount("/auth", sessions.app)`."""
        rest = make_rest(self.settings, self._authenticator, self._budgets) if self.settings.rest else APIRouter()
        settings, render = self.settings, renderer(rest, as_graphql)
        app = Application(settings.origins, settings.proxies, self.lifespan, self._start_check, render)
        app.state.deps = self.dependencies
        app.router.routes.extend(routes(self.settings, self._authenticator, self._budgets))
        app.include_router(rest)
        return app

    @cached_property
    def graphql_router(self) -> APIRouter:
        """GraphQL, the SDL and the public keys, to include in an application. Its lifespan comes with it."""
        router = APIRouter(lifespan=self.lifespan)
        for route in graphql_routes(self.settings, self._authenticator, self._budgets):
            # The application that includes the router may not add security headers.
            router.routes.append(with_headers(route) if isinstance(route, Route) else route)
        return router

    @cached_property
    def rest_router(self) -> APIRouter:
        """The REST routes, to include in an application. Its lifespan comes with it."""
        router = APIRouter(lifespan=self.lifespan)
        router.include_router(make_rest(self.settings, self._authenticator, self._budgets))
        return router

    @asynccontextmanager
    async def lifespan(self, _app: Any = None) -> AsyncIterator[None]:
        """Connect, run the background tasks, and close at the end. May be entered again while it runs: no effect."""
        self._start_check.running += 1
        try:
            if self._start_check.running > 1:
                yield
                return
            async with self._started():
                yield
        finally:
            self._start_check.running -= 1

    @asynccontextmanager
    async def _started(self) -> AsyncIterator[None]:
        # The server has loaded its protocol classes, and no connection is open.
        correct_uvicorn(self.settings.connection_send_timeout.total_seconds())
        await self._connect()
        try:
            async with background(self.settings, self.dependencies, self._keys):
                yield
        finally:
            await self._hooks.drain()
            self.dependencies.passwords.close()
            await self.dependencies.storage.database.close()

    async def _connect(self) -> None:
        """Connect. While the database is not available, requests are answered with 503."""
        try:
            await prepare(self.settings, self.dependencies.storage)
        except StorageUnavailable as error:
            log.warning("Starting without the database, which cannot be reached: %s", error)
        warn_of_exposed_files(self.settings)

    def _on(self, event: HookEvent, hook: Hook) -> Hook:
        self._hooks.add(event, hook)
        return hook
