"""Runs the application with uvicorn: checks before the start, socket, workers and shutdown."""

import asyncio
import gc
import logging
import os
import signal
import socket
from contextlib import suppress

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from sessionql.app.bootstrap import prepare, system_clock
from sessionql.app.pages import check_pages
from sessionql.graphql.trusted_documents import read_folder
from sessionql.http.security_headers import HEADERS
from sessionql.http_kit.http_protocol import HttpProtocol
from sessionql.http_kit.websocket_protocol import WebSocketProtocol
from sessionql.resolvers.tokens.key_file import KeyFile
from sessionql.server.application import Embedding, make_app
from sessionql.server.banner import banner, embedding_banner
from sessionql.settings.settings import Settings
from sessionql.storage import Storage, StorageUnavailable
from sessionql.storage.storage import connect, is_sqlite

log = logging.getLogger("sessionql")

SHUTDOWN_TIMEOUT = 10
"""Seconds that running requests have to finish at shutdown."""
WORKER_TIMEOUT = 60
"""Seconds in which a worker must answer its parent process.

A worker that is still loading its modules does not answer: with uvicorn's 5 seconds, a slow machine kills and restarts
its workers endlessly.
"""


class EmbeddingHttpProtocol(HttpProtocol):
    """HTTP connections of a server that runs an embedding application, which may have WebSockets at any path."""

    error_headers = HEADERS


class ServerHttpProtocol(EmbeddingHttpProtocol):
    """HTTP connections of a server that runs SessionQL alone."""

    websocket_paths = frozenset({b"/graphql"})


def serve(settings: Settings, embedding: Embedding | None = None) -> None:
    """Serve SessionQL, or an application that embeds it, until SIGINT or SIGTERM.

    Raises KeysError, ManifestError, StorageError, ApplicationError or OSError before the start.
    """
    if embedding is None:
        asyncio.run(_preflight(settings))
    else:
        embedding.check()
    config = uvicorn.Config(
        embedding or make_app,
        factory=True,
        http=ServerHttpProtocol if embedding is None else EmbeddingHttpProtocol,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_config=None,
        access_log=settings.access_log,
        server_header=False,
        # `sessionql.http.proxies` reads the forwarded headers.
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
        timeout_worker_healthcheck=WORKER_TIMEOUT,
        ws=WebSocketProtocol,
        # It needs much memory for each socket, and our messages are short.
        ws_per_message_deflate=False,
        # A message above `max_body_bytes` gets an error with a reason; one above this limit is not read.
        ws_max_size=4 * settings.max_body_bytes,
    )
    listener = _listen(settings)
    url = _url(settings, listener)
    banner_text = banner(settings, url) if embedding is None else embedding_banner(embedding.name, url)
    # At its end, uvicorn raises again the signal that stopped it. SIGTERM must exit with 0 too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        if settings.workers > 1:
            click.echo(banner_text)
            gc.enable()
            Multiprocess(config, [listener]).run()
        else:
            _Server(config, banner_text).run(sockets=[listener])


async def _preflight(settings: Settings) -> None:
    """Raise an error for what would make the start fail, with a plain message."""
    check_pages(settings)
    read_folder(settings.trusted_documents)
    KeyFile(settings.keys_path).load_or_create(system_clock())
    storage = Storage(connect(settings.url), settings.lifetimes)
    try:
        await prepare(settings, storage)
    except StorageUnavailable:
        # PostgreSQL may become available later; a file that cannot be opened will not.
        if is_sqlite(settings.url):
            raise
    finally:
        await storage.database.close()


class _Server(uvicorn.Server):
    """Prints the banner when it accepts connections."""

    def __init__(self, config: uvicorn.Config, banner_text: str) -> None:
        super().__init__(config)
        self._banner = banner_text

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        # The loaded modules stay in memory, so the garbage collector need not examine them again.
        gc.freeze()
        gc.enable()
        if not self.should_exit:
            click.echo(self._banner)


def _listen(settings: Settings) -> socket.socket:
    """A listening socket, for this process and its workers."""
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
