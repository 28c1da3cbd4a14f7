"""One socket from its acceptance to its end, by the protocol graphql-transport-ws.

One task listens, one waits until the peer may not stay, and each operation has its own. Whoever wants the
socket to end tells the one that listens, and that one closes it.
"""

import asyncio
from functools import partial

from starlette.requests import HTTPConnection
from starlette.types import Receive

from sessionql.graphql_server.connections.close_codes import (
    INIT_TIMEOUT,
    LIFETIME,
    NOT_ACKNOWLEDGED,
    OPENING_TIMEOUT,
    TOO_MANY_INITS,
    duplicate_id,
    close_reason_of,
)
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import AuthorizeSocket, CloseReason, ConnectionRejected, SocketPeer
from sessionql.graphql_server.connections.quota import Slot
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
    """With one client. It ends with a closing of ours, or with None when the client is gone."""

    __slots__ = (
        "_connection",
        "_ending",
        "_executing",
        "_handshake",
        "_limits",
        "_line",
        "_open",
        "_operations",
        "_place",
        "_receive",
        "_term",
        "_watch",
    )

    def __init__(
        self,
        handshake: HTTPConnection,
        receive: Receive,
        line: PeerWriter,
        place: Slot,
        *,
        open_: AuthorizeSocket,
        executing: OperationRunner,
        limits: ConnectionLimits,
    ) -> None:
        self._handshake: HTTPConnection | None = handshake
        self._receive = receive
        self._line = line
        self._place = place
        self._open = open_
        self._executing = executing
        self._limits = limits
        self._connection: SocketPeer | None = None
        self._operations: Operations | None = None
        self._watch: asyncio.Task[None] | None = None
        self._term: Deadline[CloseReason | None] = Deadline(limits.init_seconds, INIT_TIMEOUT)
        # The peer may not stay, and only takes what is under way.
        self._ending = False

    async def run(self) -> None:
        """Listen until it is over, and leave nothing behind."""
        try:
            closing = await self._until_over()
            self._stop()
            if closing is not None:
                await self._line.close(closing)
        except PeerGone:
            pass
        finally:
            self._stop()
            await self._clean_up()

    async def _until_over(self) -> CloseReason | None:
        try:
            async with self._term:
                await self._listen()
        except PeerGone:
            return None
        except ConnectionRejected as refused:
            return refused.close_reason
        except TimeoutError:
            return self._term.reason
        except Exception as error:  # noqa: BLE001 - the last line before the client
            return self._failed(error)
        return None

    async def _listen(self) -> None:
        while True:
            received = await self._receive()
            if received["type"] == "websocket.disconnect":
                return
            await self._handle_message(read_message(received, self._limits.max_message_bytes))
            # Messages that came together are there at once, and others have their turn between them.
            await asyncio.sleep(0)

    async def _handle_message(self, message: Message) -> None:
        match message:
            case Init():
                await self._acknowledge(message)
            case Ping(payload):
                await self._line.send_text(pong(payload))
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
        self._term.reschedule(self._limits.init_seconds, OPENING_TIMEOUT)
        handshake, self._handshake = self._handshake, None
        connection = self._connection = await self._opened(handshake, init)
        self._place.claim(connection.owner)
        self._term.reschedule(self._limits.lifetime(), LIFETIME)
        self._operations = Operations(self._executing, connection, self._line, on_gone=partial(self._term.expire, None))
        self._watch = asyncio.create_task(self._wait_until_ended(connection))
        await self._line.send_text(b'{"type":"connection_ack"}')

    async def _opened(self, handshake: HTTPConnection, init: Init) -> SocketPeer:
        try:
            return await self._open(handshake, init.payload)
        except ConnectionRejected:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the end of this socket only
            raise ConnectionRejected(self._failed(error)) from None

    async def _subscribe(self, message: Subscribe) -> None:
        if self._operations is None:
            raise ConnectionRejected(NOT_ACKNOWLEDGED)
        if message.id in self._operations:
            raise ConnectionRejected(duplicate_id(message.id))
        if not self._ending:
            await self._operations.start(message.id, message.request)

    async def _wait_until_ended(self, connection: SocketPeer) -> None:
        try:
            closing = await connection.wait_closed()
        except Exception as error:  # noqa: BLE001 - nobody knows any more whether the peer may stay
            closing = self._failed(error)
        self._ending = True
        if self._operations is not None:
            await self._operations.wait(self._limits.drain_seconds)
        self._term.expire(closing)

    def _stop(self) -> None:
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
            self._line.abort_after_timeout()
            if self._connection is not None:
                self._connection.close()

    def _failed(self, error: Exception) -> CloseReason:
        return close_reason_of(mask_error(error, self._executing.map_exception))
