"""The application that the server runs: SessionQL alone, or an application that embeds it."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from uvicorn.importer import ImportFromStringError, import_from_string

from sessionql.app.factory import create_app
from sessionql.http_kit.http_protocol import HttpProtocol
from sessionql.http_kit.transports import Transports
from sessionql.server.transport_limits import transport_limits, within_open_files
from sessionql.settings.logs import set_up_logging
from sessionql.settings.settings import Settings

FULL_COLLECTION = 100
"""Collections of the second generation before a full one; ten times Python's default. While responses are large, a full
collection stops the process for up to 50 ms."""


class ApplicationError(Exception):
    """The application to serve cannot be imported."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """An application that embeds SessionQL: `module:attribute`, or a function there that returns it."""

    name: str
    is_factory: bool = False

    def check(self) -> None:
        """Import it. Raises ApplicationError, and whatever its module raises."""
        self._found()

    def __call__(self) -> Any:
        """The application of one worker, which may be a process of its own."""
        found = self._found()
        app = found() if self.is_factory else found
        # After the import: an application that configures logging itself keeps that.
        _prepare_worker()
        set_up_garbage_collection()
        return app

    def _found(self) -> Callable[..., Any]:
        try:
            found = import_from_string(self.name)
        except ImportFromStringError as error:
            raise ApplicationError(f"{error} Write module:attribute, as for uvicorn.") from None
        if not callable(found):
            raise ApplicationError(f"{self.name} is not an application: it cannot be called.")
        return found  # type: ignore[no-any-return]


def make_app() -> FastAPI:
    """SessionQL as the application of one worker, which may be a process of its own."""
    app = create_app(_prepare_worker())
    set_up_garbage_collection()
    return app


def set_up_garbage_collection() -> None:
    """Make full collections short and rare. What is loaded now stays in memory, so they need not examine it."""
    gc.freeze()
    first, second, _ = gc.get_threshold()
    gc.set_threshold(first, second, FULL_COLLECTION)


def _prepare_worker() -> Settings:
    """Set up logging and the bounds of connections; returns the settings."""
    settings = Settings()
    set_up_logging(settings)
    settings = within_open_files(settings)
    HttpProtocol.transports = Transports(transport_limits(settings))
    return settings
