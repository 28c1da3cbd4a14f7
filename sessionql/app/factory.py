"""Creates the application that `sessionql serve` runs."""

from fastapi import FastAPI

from sessionql.app.bootstrap import system_clock
from sessionql.app.sessionql import SessionQL
from sessionql.resolvers.dependencies import Clock
from sessionql.settings.settings import Settings


def create_app(settings: Settings | None = None, *, clock: Clock = system_clock) -> FastAPI:
    """A SessionQL server as an ASGI application. It connects to the database when its lifespan starts."""
    return SessionQL(settings, clock=clock).app
