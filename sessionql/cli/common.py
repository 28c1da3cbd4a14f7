"""Settings and dependencies for the commands."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from sessionql.resolvers.dependencies import Dependencies
from sessionql.settings.logs import set_up_logging
from sessionql.settings.settings import Settings

T = TypeVar("T")


def read_settings(**options: Any) -> Settings:
    """The settings, overridden by the options of the command line. Configures logging."""
    settings = make_settings(**options)
    set_up_logging(settings)
    return settings


def make_settings(**options: Any) -> Settings:
    """The settings, overridden by the options of the command line."""
    return Settings(**{name: value for name, value in options.items() if value is not None})


def show_time(at: datetime | None) -> str:
    """A time for the terminal, in UTC; "never" for None."""
    return "never" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def run_with_dependencies(work: Callable[[Dependencies], Awaitable[T]]) -> T:
    """Run `work` with dependencies that are connected to the database, and return its result."""
    from sessionql.app.bootstrap import connected_dependencies

    settings = read_settings()

    async def run() -> T:
        async with connected_dependencies(settings) as deps:
            return await work(deps)

    return asyncio.run(run())
