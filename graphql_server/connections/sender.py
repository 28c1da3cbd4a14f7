"""Sending to one peer, who has to read what is sent: nobody waits for a slow one for long."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from starlette.types import Message, Scope, Send

from sessionql.graphql_server.connections.close_codes import truncate_reason
from sessionql.graphql_server.connections.peer import CloseReason

STATE = "graphql_server.wire"
"""Where a server that can do more than ASGI knows puts its `Wire` into the state of a scope."""


class PeerGone(Exception):
    """Nothing more can be sent: the peer left, or does not read."""


class TransportHandle:
    """What ASGI has no word for, and servers can do all the same."""

    __slots__ = ("_stopping", "_tell", "abort")

    def __init__(self, abort: Callable[[], None]) -> None:
        self.abort = abort
        """Cuts the connection, and forgets what was not sent."""
        self._stopping = False
        self._tell: Callable[[], None] | None = None

    def stop(self) -> None:
        """The server stops, and waits for nothing but its connections."""
        self._stopping = True
        if self._tell is not None:
            self._tell()

    @contextmanager
    def on_shutdown(self, tell: Callable[[], None]) -> Iterator[None]:
        """Meanwhile, somebody is told when the server stops, or that it stops already."""
        self._tell = tell
        if self._stopping:
            tell()
        try:
            yield
        finally:
            self._tell = None


def transport_handle(scope: Scope) -> TransportHandle | None:
    """The wire of a connection, where the server has laid one."""
    wire: TransportHandle | None = scope.get("state", {}).get(STATE)
    return wire


def on_shutdown(wire: TransportHandle | None, tell: Callable[[], None]) -> AbstractContextManager[None]:
    """Meanwhile, somebody is told when the server stops, if that can be known."""
    return nullcontext() if wire is None else wire.on_shutdown(tell)


class PeerWriter:
    """The way to one peer."""

    __slots__ = ("_dead", "_seconds", "_send", "transport")

    def __init__(self, scope: Scope, send: Send, seconds: float) -> None:
        self._send = send
        self._seconds = seconds
        self._dead = False
        self.transport = transport_handle(scope)

    async def send(self, message: Message) -> None:
        """Raises PeerGone."""
        if self._dead:
            raise PeerGone
        try:
            async with asyncio.timeout(self._seconds):
                await self._send(message)
        except TimeoutError:
            self.abort()
            raise PeerGone from None
        except (OSError, RuntimeError):
            # What servers raise once a connection is lost, or closed by themselves.
            self._dead = True
            raise PeerGone from None

    async def send_text(self, data: bytes) -> None:
        """One message of a socket. Raises PeerGone."""
        await self.send({"type": "websocket.send", "text": data.decode()})

    async def close(self, closing: CloseReason) -> None:
        """The last message of a socket. Raises PeerGone."""
        await self.send({"type": "websocket.close", "code": closing.code, "reason": truncate_reason(closing.reason)})

    def abort(self) -> None:
        """Let go of the peer at once, with all that it did not read."""
        self._dead = True
        if self.transport is not None:
            self.transport.abort()

    def abort_after_timeout(self) -> None:
        """The connection is over: a peer that does not read its end may not keep it."""
        if self.transport is not None:
            asyncio.get_running_loop().call_later(self._seconds, self.transport.abort)
