"""The transport of one connection, and what ASGI does not tell of it: the server's shutdown, the address of the peer.

The uvicorn protocols of this package put a TransportHandle and the address into the state of each scope. Other servers
do not; for plain uvicorn `plain_uvicorn` adds the address.
"""

import socket
import struct
import sys
from asyncio import AbstractEventLoop, BaseTransport, TimerHandle, Transport
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import Any

from starlette.requests import HTTPConnection
from starlette.types import Scope

from sessionql.http_kit.transports import Transports

STATE_KEY = "sessionql.transport"
"""The key of the TransportHandle in the state of a scope."""
PEER_KEY = "sessionql.peer"
"""The key of the peer's address in the state of a scope. `client` of a scope may be what a header says."""
LOCAL_PEER = "127.0.0.1"
"""The address of a peer on a Unix socket, which is a proxy on this machine."""
MIN_TAKEN_BYTES = 65_536
"""What a client takes of its unsent bytes within the time-out, if it does not take all of them."""
_DISCARD = struct.pack("ii", 1, 0)
"""SO_LINGER: on closing, the kernel discards what it has not sent and resets the connection."""


class TransportHandle:
    """The transport of one connection, with a time limit for what its client does not take.

    Uvicorn's protocols use it in the place of the transport; `pause_writing` and `resume_writing` are theirs.
    """

    def __init__(self, transport: Transport, loop: AbstractEventLoop, transports: Transports) -> None:
        self._transport = transport
        self._loop = loop
        self._transports = transports
        self._is_shutting_down = False
        self._callback: Callable[[], None] | None = None
        self._timer: TimerHandle | None = None
        self._left = self._held = 0
        self._has_ended = False
        self.is_paused = False
        """Whether the client takes less than is written."""
        peer = peer_address(transport)
        self.network: Hashable = None if peer is None else transports.limits.network_of(peer)
        self.owners: tuple[Hashable, ...] = ()
        self.forget_owners()
        self._head = b""
        self._is_head_next = False
        # The method that each request uses, without another call.
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def forget_owners(self) -> None:
        """Count unsent bytes for the network of the peer only: another request begins."""
        self.owners = () if self.network is None else (self.network,)

    def hold_head(self) -> None:
        """Hold what is written next, the head of a response: the body usually follows at once."""
        self._is_head_next = True

    def write(self, data: bytes) -> None:
        """Write bytes: the head of a response and its body in one system call and one packet.

        A head without a body is written in the next iteration of the event loop.
        """
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif self._is_head_next:
            self._is_head_next, self._head = False, data
            self._loop.call_soon(self._write_head)
        else:
            self._transport.write(data)

    def _write_head(self) -> None:
        if self._head and not self._has_ended:
            head, self._head = self._head, b""
            self._transport.write(head)

    @property
    def unsent(self) -> int:
        """The bytes that the kernel has not taken, and those of messages that wait for it."""
        return self._transport.get_write_buffer_size() + self._held

    @contextmanager
    def hold(self, size: int) -> Iterator[None]:
        """Count the bytes of a message that waits until more can be written."""
        self._held += size
        if not self._has_ended:
            self._transports.unsent.update(self)
        try:
            yield
        finally:
            self._held -= size
            if self.is_paused and not self._has_ended:
                self._transports.unsent.update(self)

    def pause_writing(self) -> None:
        """The client takes less than is written."""
        self.is_paused = True
        self._start_timer()
        self._transports.unsent.update(self)

    def resume_writing(self) -> None:
        """The client has taken what was written."""
        self.is_paused = False
        self._transports.unsent.remove(self)
        if not self._transport.is_closing():
            self._stop_timer()

    def watch_every_byte(self) -> None:
        """Pause writing for each byte that the client does not take, and not only for 64 KiB."""
        self._transport.set_write_buffer_limits(0)

    def close(self) -> None:
        """Close the connection when the client has taken what was written."""
        self._write_head()
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self._start_timer()

    def abort(self) -> None:
        """Close the connection at once, and discard what was not sent, also what the kernel holds."""
        if self._has_ended:
            return
        self.end()
        with suppress(OSError):
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DISCARD)
        self._transport.abort()

    def evict(self) -> None:
        """End the connection: another one needs its place."""
        self._write_head()
        if self._transport.get_write_buffer_size():
            self.abort()
        else:
            self.end()
            self._transport.close()

    def end(self) -> None:
        """The connection ends: count it no longer."""
        self._has_ended = True
        self._stop_timer()
        self._transports.remove(self)

    def wait_for_client(self) -> None:
        """Nothing more is done until the client sends something: the connection may be evicted."""
        self._transports.wait(self)

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

    def _start_timer(self) -> None:
        if self._timer is None:
            self._left = self._not_taken()
            self._timer = self._loop.call_later(self._transports.limits.send_seconds, self._check)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        self._timer = None
        if self._transport.get_write_buffer_size():
            if self._left - self._not_taken() < MIN_TAKEN_BYTES:
                self.abort()
            else:
                self._start_timer()

    def _not_taken(self) -> int:
        """The bytes that the client has not acknowledged. The kernel takes more only after a part of a large queue."""
        queued = bytearray(4)
        with suppress(OSError):
            ioctl(self._transport.get_extra_info("socket").fileno(), TIOCOUTQ, queued)
        return self._transport.get_write_buffer_size() + int.from_bytes(queued, sys.byteorder)


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


def set_owners(scope: Scope, *owners: Hashable) -> None:
    """Count the unsent bytes of the connection for these owners, until its next request."""
    handle = transport_handle(scope)
    if handle is not None:
        handle.owners = owners


def on_shutdown(handle: TransportHandle | None, callback: Callable[[], None]) -> AbstractContextManager[None]:
    """`handle.on_shutdown(callback)`, or a context that does nothing without a handle."""
    return nullcontext() if handle is None else handle.on_shutdown(callback)
