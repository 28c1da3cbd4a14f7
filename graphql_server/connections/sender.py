"""Sends ASGI messages to one peer, with a time limit: a peer that does not read is disconnected."""

import asyncio

from starlette.types import Message, Scope, Send

from sessionql.graphql_server.connections.close_codes import truncate_reason
from sessionql.graphql_server.connections.peer import CloseReason
from sessionql.http_kit.transport import transport_handle


class PeerGone(Exception):
    """Nothing more can be sent: the peer disconnected or does not read."""


class PeerWriter:
    """Writes to one connection. `seconds` is the time limit of one message on servers without a TransportHandle, which
    has a time limit of its own.
    """

    __slots__ = ("_gone", "_seconds", "_send", "transport")

    def __init__(self, scope: Scope, send: Send, seconds: float) -> None:
        self._send = send
        self._seconds = seconds
        self._gone = False
        self.transport = transport_handle(scope)

    async def send(self, message: Message, size: int = 0) -> None:
        """Send a message of `size` bytes. Raises PeerGone."""
        if self._gone:
            raise PeerGone
        try:
            if self.transport is None:
                async with asyncio.timeout(self._seconds):
                    await self._send(message)
            elif self.transport.is_paused:
                with self.transport.hold(size):
                    await self._send(message)
            else:
                await self._send(message)
        except (OSError, RuntimeError, TimeoutError):
            # What servers raise once a connection is lost, or closed by the server.
            self._gone = True
            raise PeerGone from None

    async def send_text(self, data: bytes) -> None:
        """Send a text message of a WebSocket. Raises PeerGone."""
        message, size = {"type": "websocket.send", "text": data.decode()}, len(data)
        del data  # it may wait for long, and is large
        await self.send(message, size)

    async def close(self, reason: CloseReason) -> None:
        """Close a WebSocket. Raises PeerGone."""
        await self.send({"type": "websocket.close", "code": reason.code, "reason": truncate_reason(reason.reason)})
        if self.transport is not None:
            self.transport.wait_for_client()
