"""The operations of one socket: each is a task, with the id that its client gave it."""

import asyncio
from collections.abc import Callable
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
    """How operations are executed."""

    engine_of: SelectEngine
    map_exception: MapException
    max_concurrent: int

    @property
    def too_many(self) -> ErrorInfo:
        """Beyond the limit, an operation is refused, and its socket goes on."""
        message = f"A connection has at most {self.max_concurrent} operations at once: complete another one first."
        return ErrorInfo(message, "TOO_MANY_OPERATIONS")


class Operations:
    """What one connection has asked for and not yet got."""

    __slots__ = ("_connection", "_current", "_executing", "_line", "_on_gone", "_tasks")

    def __init__(
        self, executing: OperationRunner, connection: SocketPeer, line: PeerWriter, on_gone: Callable[[], None]
    ) -> None:
        self._executing = executing
        self._connection = connection
        self._line = line
        self._on_gone = on_gone
        self._current: dict[str, asyncio.Task[None]] = {}
        # Those that were cancelled too, until they have ended.
        self._tasks: set[asyncio.Task[None]] = set()

    def __contains__(self, id_: str) -> bool:
        return id_ in self._current

    async def start(self, id_: str, request: GraphQLRequest) -> None:
        """Execute an operation, whose id is not in use. Raises PeerGone."""
        if len(self._tasks) >= self._executing.max_concurrent:
            await self._send_errors(id_, answer_of(self._executing.too_many))
            return
        task = self._current[id_] = asyncio.create_task(self._run(id_, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def complete(self, id_: str) -> None:
        """The client wants no more of an operation, and gets no more. An unknown id is none that could be."""
        if task := self._current.pop(id_, None):
            task.cancel()

    async def wait(self, seconds: float | None = None) -> None:
        """Until all have ended, or so long."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def cancel(self) -> None:
        """Nobody wants any more of any."""
        self._current.clear()
        for task in self._tasks:
            task.cancel()

    async def _run(self, id_: str, request: GraphQLRequest) -> None:
        try:
            try:
                failure = await self._answer(id_, request)
            except RequestError as error:
                failure = answer_of(ErrorInfo(str(error), error.code, error.status))
            except PeerGone:
                raise
            except (Exception, asyncio.CancelledError) as error:
                if is_cancelled():
                    raise
                failure = answer_of(mask_error(error, self._executing.map_exception))
            # Before it is told: from then on the client may use the id again.
            self._current.pop(id_, None)
            if failure is None:
                await self._line.send_text(orjson.dumps({"id": id_, "type": "complete"}))
            else:
                await self._send_errors(id_, failure)
        except PeerGone:
            self._on_gone()

    async def _answer(self, id_: str, request: GraphQLRequest) -> Answer | None:
        """Send what there is. What ends the operation with errors is returned."""
        context = await self._connection.context()
        found = await self._executing.engine_of(context).subscribe(request, context)
        if isinstance(found, Answer):
            return await self._send_next(id_, found)
        async with aclosing(found):
            async for answer in found:
                if failure := await self._send_next(id_, answer):
                    return failure
        return None

    async def _send_next(self, id_: str, answer: Answer) -> Answer | None:
        if not answer.executed:
            return answer
        await self._line.send_text(orjson.dumps({"id": id_, "type": "next", "payload": answer.body}))
        return None

    async def _send_errors(self, id_: str, answer: Answer) -> None:
        await self._line.send_text(orjson.dumps({"id": id_, "type": "error", "payload": answer.body["errors"]}))
