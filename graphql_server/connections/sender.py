"""Sends ASGI messages to one peer, with a time limit: a peer that does not read is disconnected."""

import asyncio

from starlette.types import Message, Scope, Send

from sessionql.graphql_server.connections.close_codes import truncate_reason
from sessionql.graphql_server.connections.peer import CloseReason
from sessionql.http_kit.transport import transport_handle


class PeerGone(Exception):
    """Nothing more can be sent: the peer disconnected or does not read."""


class PeerWriter:
    """Writes to one connection. `seconds` is the time limit of one message."""

    __slots__ = ("_gone", "_seconds", "_send", "transport")

    def __init__(self, scope: Scope, send: Send, seconds: float) -> None:
        self._send = send
        self._seconds = seconds
        self._gone = False
        self.transport = transport_handle(scope)

    async def send(self, message: Message) -> None:
        """Send a message. Raises PeerGone."""
        if self._gone:
            raise PeerGone
        try:
            async with asyncio.timeout(self._seconds):
                await self._send(message)
        except TimeoutError:
            self.abort()
            raise PeerGone from None
        except (OSError, RuntimeError):
            # What servers raise once a connection is lost, or closed by the server.
            self._gone = True
            raise PeerGone from None

    async def send_text(self, data: bytes) -> None:
        """Send a text message of a WebSocket. Raises PeerGone."""
        await self.send({"type": "websocket.send", "text": data.decode()})

    async def close(self, reason: CloseReason) -> None:
        """Close a WebSocket. Raises PeerGone."""
        await self.send({"type": "websocket.close", "code": reason.code, "reason": truncate_reason(reason.reason)})

    def abort(self) -> None:
        """Disconnect at once and discard what the peer did not read."""
        self._gone = True
        if self.transport is not None:
            self.transport.abort()

    def abort_after_timeout(self) -> None:
        """Disconnect after the time limit, if the peer does not read the close frame."""
        if self.transport is not None:
            asyncio.get_running_loop().call_later(self._seconds, self.transport.abort)
