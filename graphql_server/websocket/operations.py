"""The operations of one WebSocket: each is a task, with the id that its client chose."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

import orjson

from sessionql.graphql_server.connections.peer import SocketPeer
from sessionql.graphql_server.connections.sender import PeerGone, PeerWriter
from sessionql.graphql_server.connections.tasks import is_cancelled
from sessionql.graphql_server.engine import SelectEngine
from sessionql.graphql_server.outcome import Answer, answer_of
from sessionql.graphql_server.request import GraphQLRequest
from sessionql.http_kit.errors import ErrorInfo, MapException, RequestError, mask_error


@dataclass(frozen=True, slots=True)
class OperationRunner:
    """What the operations of all sockets share."""

    select_engine: SelectEngine
    map_exception: MapException
    max_concurrent: int

    @property
    def too_many(self) -> ErrorInfo:
        """The error of an operation beyond `max_concurrent`. Its socket stays open."""
        message = (
            f"A connection has at most {self.max_concurrent} operations at the same time: complete another one first."
        )
        return ErrorInfo(message, "TOO_MANY_OPERATIONS")


class Operations:
    """The running operations of one socket. Calls `on_gone` when the peer is gone."""

    __slots__ = ("_by_id", "_on_gone", "_peer", "_runner", "_tasks", "_writer")

    def __init__(
        self, runner: OperationRunner, peer: SocketPeer, writer: PeerWriter, on_gone: Callable[[], None]
    ) -> None:
        self._runner = runner
        self._peer = peer
        self._writer = writer
        self._on_gone = on_gone
        self._by_id: dict[str, asyncio.Task[None]] = {}
        # Cancelled tasks too, until they have ended.
        self._tasks: set[asyncio.Task[None]] = set()

    def __contains__(self, id_: str) -> bool:
        return id_ in self._by_id

    async def start(self, id_: str, request: GraphQLRequest) -> None:
        """Execute an operation, whose id is not in use. Raises PeerGone."""
        if len(self._tasks) >= self._runner.max_concurrent:
            await self._send_errors(id_, answer_of(self._runner.too_many))
            return
        task = self._by_id[id_] = asyncio.create_task(self._run(id_, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def complete(self, id_: str) -> None:
        """Stop an operation without an answer. Ignores unknown ids: the operation may have just ended."""
        if task := self._by_id.pop(id_, None):
            task.cancel()

    async def wait(self, seconds: float | None = None) -> None:
        """Wait for all operations, at most `seconds`."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def cancel(self) -> None:
        """Cancel all operations."""
        self._by_id.clear()
        for task in self._tasks:
            task.cancel()

    async def _run(self, id_: str, request: GraphQLRequest) -> None:
        try:
            try:
                failure = await self._answer(id_, request)
            except RequestError as error:
                failure = answer_of(error.info)
            except PeerGone:
                raise
            except (Exception, asyncio.CancelledError) as error:
                if is_cancelled():
                    raise
                failure = answer_of(mask_error(error, self._runner.map_exception))
            # Before the last message: after it, the client may use the id again.
            self._by_id.pop(id_, None)
            if failure is None:
                await self._writer.send_text(orjson.dumps({"id": id_, "type": "complete"}))
            else:
                await self._send_errors(id_, failure)
        except PeerGone:
            self._on_gone()

    async def _answer(self, id_: str, request: GraphQLRequest) -> Answer | None:
        """Send the answers. Returns the answer that ends the operation with errors."""
        context = await self._peer.context()
        answers = await self._runner.select_engine(context).subscribe(request, context)
        if isinstance(answers, Answer):
            if not answers.executed:
                return answers
            sending = self._send_next(id_, answers)
            # The message may wait for its client, and an answer needs several times its memory.
            del answers
            await sending
            return None
        async with aclosing(answers):
            async for answer in answers:
                if not answer.executed:
                    return answer
                sending = self._send_next(id_, answer)
                del answer
                await sending
        return None

    def _send_next(self, id_: str, answer: Answer) -> Awaitable[None]:
        return self._writer.send_text(orjson.dumps({"id": id_, "type": "next", "payload": answer.body}))

    async def _send_errors(self, id_: str, answer: Answer) -> None:
        await self._writer.send_text(orjson.dumps({"id": id_, "type": "error", "payload": answer.body["errors"]}))
