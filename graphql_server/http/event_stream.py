"""The answers of a subscription as server-sent events, by the "distinct connections mode" of graphql-sse.

`complete` means that no more events follow. A stream that ends without it reached its lifetime or the shutdown of the
server: clients connect again.
"""

import asyncio
from contextlib import AsyncExitStack, suppress
from enum import Enum, auto
from functools import partial

import orjson
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import Peer
from sessionql.graphql_server.connections.sender import PeerGone, PeerWriter
from sessionql.graphql_server.connections.tasks import is_cancelled, stop
from sessionql.graphql_server.outcome import Answer, Answers, answer_of
from sessionql.http_kit.deadline import Deadline
from sessionql.http_kit.errors import MapException, mask_error
from sessionql.http_kit.media_types import EVENT_STREAM
from sessionql.http_kit.transport import on_shutdown

# Without a space after the colon: urql would parse it as an answer.
COMPLETE = b"event: complete\ndata:\n\n"
KEEP_ALIVE = b": alive\n\n"
HEADERS = {"cache-control": "no-store", "vary": "accept", "x-accel-buffering": "no"}
"""Neither caches store the stream nor proxies buffer it."""


def next_event(answer: Answer) -> bytes:
    """The event of one answer. Its JSON has no line breaks."""
    return b"event: next\ndata: " + orjson.dumps(answer.body) + b"\n\n"


def single_event(answer: Answer) -> Response:
    """The response to a query, to a mutation, or to an operation that was not executed."""
    return Response(next_event(answer) + COMPLETE, 200, HEADERS, EVENT_STREAM)


class StreamEnd(Enum):
    """How a stream ends."""

    COMPLETE = auto()
    """With the event `complete`."""
    INTERRUPTED = auto()
    """Without it: the client has to connect again."""
    GONE = auto()
    """The client disconnected."""


class EventStream(Response):
    """The response to a subscription. It closes `release` at its end."""

    media_type = EVENT_STREAM

    def __init__(
        self,
        answers: Answers,
        peer: Peer,
        *,
        release: AsyncExitStack,
        limits: ConnectionLimits,
        map_exception: MapException,
    ) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers(HEADERS)
        self._answers = answers
        self._peer = peer
        self._release = release
        self._limits = limits
        self._map_exception = map_exception

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the stream ends."""
        writer = PeerWriter(scope, send, self._limits.send_seconds)
        if writer.transport is not None:
            writer.transport.watch_every_byte()
        async with self._release:
            with suppress(PeerGone):
                await writer.send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                # Some browsers deliver the headers only when the first bytes of the body follow.
                await writer.send(_part(KEEP_ALIVE))
                await self._run(receive, writer)

    async def _run(self, receive: Receive, writer: PeerWriter) -> None:
        deadline = Deadline(self._limits.lifetime(), StreamEnd.INTERRUPTED)
        sending = asyncio.create_task(self._send_events(writer, deadline))
        watching = asyncio.create_task(self._wait_until_closed(sending, deadline))
        try:
            end = await self._wait_for_end(receive, writer, deadline)
        finally:
            await stop((sending, watching))
        if end is StreamEnd.COMPLETE:
            await writer.send(_part(COMPLETE))
        if end is not StreamEnd.GONE:
            await writer.send({"type": "http.response.body", "body": b""})

    async def _wait_for_end(self, receive: Receive, writer: PeerWriter, deadline: Deadline[StreamEnd]) -> StreamEnd:
        try:
            async with deadline:
                with on_shutdown(writer.transport, partial(deadline.expire, StreamEnd.INTERRUPTED)):
                    await self._wait_for_disconnect(receive, writer)
        except TimeoutError:
            return deadline.reason
        return StreamEnd.GONE

    async def _wait_for_disconnect(self, receive: Receive, writer: PeerWriter) -> None:
        """Return when the client disconnects, and send keep-alive comments until then."""
        while True:
            try:
                async with asyncio.timeout(self._limits.keep_alive_seconds):
                    if (await receive())["type"] == "http.disconnect":
                        return
            except TimeoutError:
                await writer.send(_part(KEEP_ALIVE))

    async def _send_events(self, writer: PeerWriter, deadline: Deadline[StreamEnd]) -> None:
        try:
            try:
                async for answer in self._answers:
                    event = next_event(answer)
                    # The event may wait for its client, and an answer needs several times its memory.
                    del answer
                    await writer.send(_part(event), len(event))
            except PeerGone:
                raise
            except (Exception, asyncio.CancelledError) as error:
                if is_cancelled():
                    raise
                await writer.send(_part(next_event(answer_of(mask_error(error, self._map_exception)))))
            deadline.expire(StreamEnd.COMPLETE)
        except PeerGone:
            deadline.expire(StreamEnd.GONE)

    async def _wait_until_closed(self, sending: asyncio.Task[None], deadline: Deadline[StreamEnd]) -> None:
        try:
            close_reason = await self._peer.wait_closed()
        except Exception as error:  # noqa: BLE001 - it is unknown whether the peer is still authorized
            mask_error(error, self._map_exception)
            deadline.expire(StreamEnd.INTERRUPTED)
        else:
            await asyncio.wait([sending], timeout=self._limits.drain_seconds)
            deadline.expire(StreamEnd.COMPLETE if close_reason.final else StreamEnd.INTERRUPTED)


def _part(data: bytes) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": True}
