"""The application that `sessionql serve` runs."""

from fastapi import FastAPI

from resolvers.services import Clock
from sessionql.server import SessionQL
from sessionql.services import system_clock
from sessionql.settings import Settings


def create_app(settings: Settings | None = None, *, clock: Clock = system_clock) -> FastAPI:
    """A SessionQL server as an ASGI application. Connects when its lifespan begins."""
    return SessionQL(settings, clock=clock).app
