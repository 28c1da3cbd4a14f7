"""What ASGI does not tell of a transport: abort it, be notified of the server's shutdown, the address of the peer.

The uvicorn protocols of this package put a TransportHandle and the address into the state of each scope. Other servers
do not; for plain uvicorn `plain_uvicorn` adds the address.
"""

import socket
from asyncio import BaseTransport
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from starlette.requests import HTTPConnection
from starlette.types import Scope

STATE_KEY = "sessionql.transport"
"""The key of the TransportHandle in the state of a scope."""
PEER_KEY = "sessionql.peer"
"""The key of the peer's address in the state of a scope. `client` of a scope may be what a header says."""
LOCAL_PEER = "127.0.0.1"
"""The address of a peer on a Unix socket, which is a proxy on this machine."""


class TransportHandle:
    """The transport of one connection."""

    __slots__ = ("_callback", "_is_shutting_down", "abort")

    def __init__(self, abort: Callable[[], None]) -> None:
        self.abort = abort
        """Closes the connection at once and discards what was not sent."""
        self._is_shutting_down = False
        self._callback: Callable[[], None] | None = None

    def shut_down(self) -> None:
        """Call the callback of `on_shutdown`: the server waits only for its open connections."""
        self._is_shutting_down = True
        if self._callback is not None:
            self._callback()

    @contextmanager
    def on_shutdown(self, callback: Callable[[], None]) -> Iterator[None]:
        """Call `callback` on shutdown while the block runs; at once if shutdown has begun."""
        self._callback = callback
        if self._is_shutting_down:
            callback()
        try:
            yield
        finally:
            self._callback = None


def peer_address(transport: BaseTransport) -> str | None:
    """The IP address of the other end; None when it has disconnected."""
    name = transport.get_extra_info("peername")
    if isinstance(name, tuple):
        return str(name[0])
    own = transport.get_extra_info("socket")
    return LOCAL_PEER if own is not None and own.family == socket.AF_UNIX else None


def peer_of(connection: HTTPConnection) -> str | None:
    """The address of the other end of the connection: `client` where the server does not report it otherwise."""
    client = connection.client
    state: dict[str, str | None] = connection.scope.get("state", {})
    return state.get(PEER_KEY, client.host if client else None)


def transport_handle(scope: Scope) -> TransportHandle | None:
    """The handle of a scope's connection; None under servers that provide none."""
    handle: TransportHandle | None = scope.get("state", {}).get(STATE_KEY)
    return handle


def on_shutdown(handle: TransportHandle | None, callback: Callable[[], None]) -> AbstractContextManager[None]:
    """`handle.on_shutdown(callback)`, or a context that does nothing without a handle."""
    return nullcontext() if handle is None else handle.on_shutdown(callback)
