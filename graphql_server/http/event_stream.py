"""A subscription's answers as server-sent events, by graphql-sse's "distinct connections".

`complete` says that there is nothing more to come. A stream that ends without it was cut, by its lifetime or by a
server that stops: clients connect again.
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

# Without a space behind the colon, which urql would take for an answer.
COMPLETE = b"event: complete\ndata:\n\n"
ALIVE = b": alive\n\n"
HEADERS = {"cache-control": "no-store", "vary": "accept", "x-accel-buffering": "no"}
"""No cache keeps it, and no proxy holds it back."""


def next_event(answer: Answer) -> bytes:
    """One answer. JSON has no line breaks of its own."""
    return b"event: next\ndata: " + orjson.dumps(answer.body) + b"\n\n"


def single_event(answer: Answer) -> Response:
    """The response to a query, a mutation, or whatever could not be executed."""
    return Response(next_event(answer) + COMPLETE, 200, HEADERS, EVENT_STREAM)


class StreamEnd(Enum):
    """How a stream ends."""

    COMPLETE = auto()
    CUT = auto()
    GONE = auto()


class EventStream(Response):
    """The response to a subscription. `release` closes what it was made of, and is called at its end."""

    media_type = EVENT_STREAM

    def __init__(
        self,
        answers: Answers,
        peer: Peer,
        *,
        release: AsyncExitStack,
        limits: ConnectionLimits,
        translate: MapException,
    ) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers(HEADERS)
        self._answers = answers
        self._peer = peer
        self._release = release
        self._limits = limits
        self._translate = translate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is, until there is no more or nobody to send it to."""
        line = PeerWriter(scope, send, self._limits.send_seconds)
        async with self._release:
            with suppress(PeerGone):
                await line.send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                # Some browsers take the headers for sent when something follows.
                await line.send(_part(ALIVE))
                await self._run(receive, line)

    async def _run(self, receive: Receive, line: PeerWriter) -> None:
        term = Deadline(self._limits.lifetime(), StreamEnd.CUT)
        telling = asyncio.create_task(self._send_events(line, term))
        watching = asyncio.create_task(self._wait_until_ended(telling, term))
        try:
            end = await self._until_over(receive, line, term)
        finally:
            await stop((telling, watching))
        if end is StreamEnd.COMPLETE:
            await line.send(_part(COMPLETE))
        if end is not StreamEnd.GONE:
            await line.send({"type": "http.response.body", "body": b""})

    async def _until_over(self, receive: Receive, line: PeerWriter, term: Deadline[StreamEnd]) -> StreamEnd:
        try:
            async with term:
                with on_shutdown(line.transport, partial(term.expire, StreamEnd.CUT)):
                    await self._listen(receive, line)
        except TimeoutError:
            return term.reason
        return StreamEnd.GONE

    async def _listen(self, receive: Receive, line: PeerWriter) -> None:
        """Until the peer leaves, who says nothing else any more."""
        while True:
            try:
                async with asyncio.timeout(self._limits.keep_alive_seconds):
                    if (await receive())["type"] == "http.disconnect":
                        return
            except TimeoutError:
                await line.send(_part(ALIVE))

    async def _send_events(self, line: PeerWriter, term: Deadline[StreamEnd]) -> None:
        try:
            try:
                async for answer in self._answers:
                    await line.send(_part(next_event(answer)))
            except PeerGone:
                raise
            except (Exception, asyncio.CancelledError) as error:
                if is_cancelled():
                    raise
                await line.send(_part(next_event(answer_of(mask_error(error, self._translate)))))
            term.expire(StreamEnd.COMPLETE)
        except PeerGone:
            term.expire(StreamEnd.GONE)

    async def _wait_until_ended(self, telling: asyncio.Task[None], term: Deadline[StreamEnd]) -> None:
        try:
            closing = await self._peer.wait_closed()
        except Exception as error:  # noqa: BLE001 - nobody knows any more whether the peer may stay
            mask_error(error, self._translate)
            term.expire(StreamEnd.CUT)
        else:
            await asyncio.wait([telling], timeout=self._limits.drain_seconds)
            term.expire(StreamEnd.COMPLETE if closing.final else StreamEnd.CUT)


def _part(data: bytes) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": True}
