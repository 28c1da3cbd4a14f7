"""Transport control beyond ASGI: abort a connection, and be notified of the server's shutdown.

The uvicorn protocols of this package put a TransportHandle into the state of each scope. Other servers do not.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from starlette.types import Scope

STATE_KEY = "sessionql.transport"
"""The key of the TransportHandle in the state of a scope."""


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


def transport_handle(scope: Scope) -> TransportHandle | None:
    """The handle of a scope's connection; None under servers that provide none."""
    handle: TransportHandle | None = scope.get("state", {}).get(STATE_KEY)
    return handle


def on_shutdown(handle: TransportHandle | None, callback: Callable[[], None]) -> AbstractContextManager[None]:
    """`handle.on_shutdown(callback)`, or a context that does nothing without a handle."""
    return nullcontext() if handle is None else handle.on_shutdown(callback)
