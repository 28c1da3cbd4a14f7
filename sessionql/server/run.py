"""Serving with uvicorn, from what would stop a start to the last request."""

import asyncio
import gc
import logging
import os
import signal
import socket
from contextlib import suppress

import click
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from sessionql.app.bootstrap import prepare, system_clock
from sessionql.app.factory import create_app
from sessionql.app.pages import check_pages
from sessionql.graphql.trusted_documents import read_folder
from sessionql.graphql_server.connections.uvicorn import WebSocketProtocol
from sessionql.resolvers.tokens.key_file import KeyFile
from sessionql.server.banner import banner
from sessionql.server.http_protocol import StrictHttpProtocol
from sessionql.settings.logs import set_up_logging
from sessionql.settings.settings import Settings
from sessionql.storage import Storage, StorageUnavailable
from sessionql.storage.storage import connect, is_sqlite

log = logging.getLogger("sessionql")

GRACE = 10
"""Seconds that requests under way get to finish at shutdown."""

WORKER_TIMEOUT = 60
"""Seconds in which a worker must answer its parent process.

A worker that is still loading its modules does not answer: with uvicorn's 5 seconds, a slow machine kills and restarts
its workers for ever.
"""


def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises what is wrong with the keys, the database or the address."""
    asyncio.run(_preflight(settings))
    config = uvicorn.Config(
        "sessionql.server.run:make_app",
        factory=True,
        http=StrictHttpProtocol,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_config=None,
        access_log=settings.access_log,
        server_header=False,
        # The peer is the peer: X-Forwarded-For is believed from nobody.
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=WORKER_TIMEOUT,
        ws=WebSocketProtocol,
        # It takes far more memory for each socket than our short messages are worth.
        ws_per_message_deflate=False,
        # Larger messages than ours are answered with words; far larger ones are not read.
        ws_max_size=4 * settings.max_body_bytes,
    )
    listener = _listen(settings)
    announce = banner(settings, _url(settings, listener))
    # Uvicorn ends by raising the signal again that told it to: a SIGTERM is no failure either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        if settings.workers > 1:
            click.echo(announce)
            gc.enable()
            Multiprocess(config, [listener]).run()
        else:
            _Server(config, announce).run(sockets=[listener])


def make_app() -> FastAPI:
    """The application of one worker, which may be a process of its own."""
    settings = Settings()
    set_up_logging(settings)
    return create_app(settings)


async def _preflight(settings: Settings) -> None:
    """Find out what would stop a start before it begins, and say it plainly."""
    check_pages(settings)
    read_folder(settings.trusted_documents)
    KeyFile(settings.keys_path).load_or_create(system_clock())
    storage = Storage(connect(settings.url), settings.lifetimes)
    try:
        await prepare(settings, storage)
    except StorageUnavailable:
        # A PostgreSQL that is away may come back; a file that cannot be used will not.
        if is_sqlite(settings.url):
            raise
    finally:
        await storage.database.close()


class _Server(uvicorn.Server):
    """Says that it is ready when it is."""

    def __init__(self, config: uvicorn.Config, announce: str) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        # What was loaded stays: no collection need look at it again.
        gc.freeze()
        gc.enable()
        if not self.should_exit:
            click.echo(self._announce)


def _listen(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say, for this process and its workers."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise OSError(
            f"Cannot listen on {where} ({os.strerror(error.errno or 0)}). Choose another SESSIONQL_PORT or _HOST."
        ) from error
    listener.set_inheritable(True)
    return listener


def _url(settings: Settings, listener: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listener.getsockname()[1]}"
