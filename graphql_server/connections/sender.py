"""Sending to one peer, who has to read what is sent: nobody waits for a slow one for long."""

import asyncio

from starlette.types import Message, Scope, Send

from sessionql.graphql_server.connections.close_codes import truncate_reason
from sessionql.graphql_server.connections.peer import CloseReason
from sessionql.http_kit.transport import transport_handle


class PeerGone(Exception):
    """Nothing more can be sent: the peer left, or does not read."""


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
