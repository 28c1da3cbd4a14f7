"""Runs one WebSocket by the protocol graphql-transport-ws, from its acceptance to its end.

One task receives messages, one waits until the peer is no longer authorized, and each operation has its own. Only the
first one closes the socket: the others expire its deadline.
"""

import asyncio
from collections.abc import Hashable
from functools import partial

from starlette.requests import HTTPConnection
from starlette.types import Receive

from sessionql.graphql_server.connections.close_codes import (
    AUTHORIZATION_TIMEOUT,
    INIT_TIMEOUT,
    LIFETIME,
    NOT_ACKNOWLEDGED,
    NOT_AUTHENTICATED,
    TOO_MANY_INITS,
    close_reason_of,
    duplicate_id,
)
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import (
    AuthorizeSocket,
    CloseReason,
    ConnectionRejected,
    Payload,
    SocketPeer,
)
from sessionql.graphql_server.connections.quota import ConnectionQuota, Slot
from sessionql.graphql_server.connections.sender import PeerGone, PeerWriter
from sessionql.graphql_server.websocket.messages import (
    Complete,
    Init,
    Message,
    Ping,
    Pong,
    Subscribe,
    pong,
    read_message,
)
from sessionql.graphql_server.websocket.operations import OperationRunner, Operations
from sessionql.http_kit.deadline import Deadline
from sessionql.http_kit.errors import mask_error


class SocketHandler:
    """Handles the messages of one client."""

    __slots__ = (
        "_authorize",
        "_deadline",
        "_draining",
        "_handshake",
        "_limits",
        "_operations",
        "_peer",
        "_quota",
        "_receive",
        "_runner",
        "_slot",
        "_watch",
        "_writer",
        "network",
    )

    def __init__(
        self,
        handshake: HTTPConnection,
        receive: Receive,
        writer: PeerWriter,
        quota: ConnectionQuota,
        *,
        network: Hashable,
        authorize: AuthorizeSocket,
        runner: OperationRunner,
        limits: ConnectionLimits,
    ) -> None:
        self._handshake: HTTPConnection | None = handshake
        self._receive = receive
        self._writer = writer
        self._quota = quota
        self.network = network
        self._slot: Slot | None = None
        self._authorize = authorize
        self._runner = runner
        self._limits = limits
        self._peer: SocketPeer | None = None
        self._operations: Operations | None = None
        self._watch: asyncio.Task[None] | None = None
        # The reason None: the client is gone.
        self._deadline: Deadline[CloseReason | None] = Deadline(limits.init_seconds, INIT_TIMEOUT)
        # The peer is no longer authorized, and only receives the last events of its operations.
        self._draining = False

    async def run(self) -> None:
        """Handle messages until the socket ends, and wait for all of its tasks."""
        self._quota.unauthenticated.add(self)
        try:
            close_reason = await self._run_until_closed()
            self._cancel()
            if close_reason is not None:
                await self._writer.close(close_reason)
        except PeerGone:
            pass
        finally:
            self._quota.unauthenticated.discard(self)
            self._cancel()
            await self._clean_up()

    def evict(self) -> None:
        """Close the socket, whose client has not sent `connection_init`: there are too many of them."""
        self._deadline.expire(NOT_AUTHENTICATED)

    async def _run_until_closed(self) -> CloseReason | None:
        """Why to close the socket; None when the client is gone."""
        try:
            async with self._deadline:
                await self._receive_messages()
        except PeerGone:
            return None
        except ConnectionRejected as rejected:
            return rejected.close_reason
        except TimeoutError:
            return self._deadline.reason
        except Exception as error:  # noqa: BLE001 - every error closes the socket
            return self._masked(error)
        return None

    async def _receive_messages(self) -> None:
        while True:
            received = await self._receive()
            if received["type"] == "websocket.disconnect":
                return
            await self._handle_message(read_message(received, self._limits.max_message_bytes))
            # Buffered messages are received without waiting: let other tasks run between them.
            await asyncio.sleep(0)

    async def _handle_message(self, message: Message) -> None:
        match message:
            case Init():
                await self._acknowledge(message)
            case Ping(payload):
                await self._writer.send_text(
                    pong(payload if self._peer is None else await self._renew(self._peer, payload))
                )
            case Pong():
                pass
            case Subscribe():
                await self._subscribe(message)
            case Complete(id_):
                if self._operations is not None:
                    self._operations.complete(id_)

    async def _acknowledge(self, init: Init) -> None:
        if self._handshake is None:
            raise ConnectionRejected(TOO_MANY_INITS)
        self._deadline.reschedule(self._limits.init_seconds, AUTHORIZATION_TIMEOUT)
        handshake, self._handshake = self._handshake, None
        # It no longer waits for its client: when many reconnect at the same time, they do not end each other.
        self._quota.unauthenticated.discard(self)
        peer = self._peer = await self._authorized(handshake, init)
        self._slot = self._quota.claim(peer.owner)
        self._deadline.reschedule(self._limits.lifetime(), LIFETIME)
        self._operations = Operations(self._runner, peer, self._writer, on_gone=partial(self._deadline.expire, None))
        self._watch = asyncio.create_task(self._wait_until_closed(peer))
        await self._writer.send_text(b'{"type":"connection_ack"}')

    async def _authorized(self, handshake: HTTPConnection, init: Init) -> SocketPeer:
        try:
            return await self._authorize(handshake, init.payload)
        except ConnectionRejected:
            raise
        except Exception as error:  # noqa: BLE001 - every error closes the socket
            raise ConnectionRejected(self._masked(error)) from None

    async def _renew(self, peer: SocketPeer, payload: Payload) -> Payload:
        try:
            return await peer.handle_ping(payload)
        except ConnectionRejected:
            raise
        except Exception as error:  # noqa: BLE001 - every error closes the socket
            raise ConnectionRejected(self._masked(error)) from None

    async def _subscribe(self, message: Subscribe) -> None:
        if self._operations is None:
            raise ConnectionRejected(NOT_ACKNOWLEDGED)
        if message.id in self._operations:
            raise ConnectionRejected(duplicate_id(message.id))
        if not self._draining:
            await self._operations.start(message.id, message.request)

    async def _wait_until_closed(self, peer: SocketPeer) -> None:
        try:
            close_reason = await peer.wait_closed()
        except Exception as error:  # noqa: BLE001 - it is unknown whether the peer is still authorized
            close_reason = self._masked(error)
        self._draining = True
        if self._operations is not None:
            await self._operations.wait(self._limits.drain_seconds)
        self._deadline.expire(close_reason)

    def _cancel(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        if self._operations is not None:
            self._operations.cancel()

    async def _clean_up(self) -> None:
        try:
            if self._watch is not None:
                await asyncio.wait([self._watch])
            if self._operations is not None:
                await self._operations.wait()
        finally:
            if self._slot is not None:
                self._slot.release()
            if self._peer is not None:
                self._peer.close()

    def _masked(self, error: Exception) -> CloseReason:
        return close_reason_of(mask_error(error, self._runner.map_exception))
