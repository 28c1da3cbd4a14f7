"""What every command begins with: the settings, and a server's services without its server."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from sessionql.resolvers.dependencies import Dependencies
from sessionql.settings.logs import set_up_logging
from sessionql.settings.settings import Settings

T = TypeVar("T")


def read_settings(**given: Any) -> Settings:
    """The settings, with those that the command line gives; and the logging they ask for."""
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    set_up_logging(settings)
    return settings


def show_time(at: datetime | None) -> str:
    """An instant for people who read a terminal."""
    return "never" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def run_with_dependencies(work: Callable[[Dependencies], Awaitable[T]]) -> T:
    """The result of some work on the database, connected for it alone."""
    from sessionql.app.bootstrap import connected_dependencies

    settings = read_settings()

    async def run() -> T:
        async with connected_dependencies(settings) as deps:
            return await work(deps)

    return asyncio.run(run())
