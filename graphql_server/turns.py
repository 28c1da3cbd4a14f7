"""Lets other requests run between the parts of long executions.

graphql-core completes a list, and all lists in it, without a pause, and continues all resolvers that waited for the
same rows together: for thousands of fields, this takes tenths of a second in which the process answers nothing else.
Here an execution that has worked for FIRST seconds takes turns: one execution continues, for SLICE seconds, and then
the event loop runs PAUSE times for everything else. Small responses never pause.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator
from functools import cached_property
from itertools import count
from typing import Any, ClassVar, TypeAlias

from graphql import GraphQLOutputType, GraphQLResolveInfo
from graphql.execution import Executor
from graphql.execution.incremental.incremental_executor import IncrementalExecutor
from graphql.pyutils import AwaitableOrValue, Path, gather_with_cancel

FIRST = 0.005
"""Seconds of work before the first pause."""
SLICE = 0.001
"""Seconds of work of each turn. One item of a list is never divided."""
PAUSE = 8
"""Iterations of the event loop between two turns: about as many as a short request needs between two waits."""
FEW = 20
"""Turns after which an execution waits until those that began earlier have ended."""
_WOKEN = 16
"""Parts of one execution that may continue in its turn. The first ones use it up if they are long."""

ExecutorClass: TypeAlias = type[Executor[Any]]
_NUMBERS = count()
_Place: TypeAlias = tuple[GraphQLOutputType, list[Any], GraphQLResolveInfo[Any], Path, Any]
"""Where a list is: the type of its items, its fields, its information, its path, and its position."""


class Turns:
    """The executions that wait for a turn, one after the other, however many of their lists wait."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[TurnTaking, deque[asyncio.Future[None]]] = OrderedDict()
        self._scheduled = False

    async def take(self, execution: "TurnTaking") -> None:
        """Wait until the execution may continue: another part of it may use up a turn first."""
        loop = asyncio.get_running_loop()
        while execution.seconds_left <= 0:
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.setdefault(execution, deque()).append(future)
            if not self._scheduled:
                self._scheduled = True
                loop.call_soon(self._next, loop, PAUSE)
            await future

    def _choose(self) -> "TurnTaking":
        """The next execution: those that took few turns alternate, and the others end one after the other.

        So few responses are in progress at a time: the garbage collector reads all of their objects at once.
        """
        few = (each for each in self._waiting if each.turns_taken < FEW)
        return next(few, None) or min(self._waiting, key=lambda each: each.number)

    def _next(self, loop: asyncio.AbstractEventLoop, pause: int) -> None:
        if pause:
            loop.call_soon(self._next, loop, pause - 1)
            return
        execution = self._choose()
        futures = self._waiting.pop(execution)
        execution.seconds_left = SLICE
        execution.turns_taken += 1
        for _ in range(min(_WOKEN, len(futures))):
            future = futures.popleft()
            # One that is done was cancelled: its execution took too long.
            if not future.done():
                future.set_result(None)
        if futures:
            self._waiting[execution] = futures
        self._scheduled = bool(self._waiting)
        if self._scheduled:
            loop.call_soon(self._next, loop, PAUSE)


class TurnTaking(Executor[Any]):
    """Completes lists in turns. A mixin: `turn_taking` adds it to another class of executors."""

    turns: ClassVar[Turns]
    # Not the CPU time of the thread, which needs a system call for each item.
    clock = staticmethod(time.monotonic)
    seconds_left: float = FIRST
    """Of the turn, or before the first one."""
    turns_taken: int = 0
    _began: float | None = None
    """When the work on the outermost part began that is in progress; None between the parts."""

    @cached_property
    def number(self) -> int:
        """The position in the order of the executions that took turns."""
        return next(_NUMBERS)

    def complete_iterable_value(
        self,
        item_type: GraphQLOutputType,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> AwaitableOrValue[list[Any]]:
        """The completed items, now or after some turns."""
        place = item_type, field_details_list, info, path, position_context
        if self.get_stream_usage(field_details_list, path):
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)
        work = _List(self, place, enumerate(items))
        return work.result() if work.advance() else work.finish()

    async def complete_awaitable_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """The completed value of a resolver that waits, which continues in turns too."""
        return await super().complete_awaitable_value(
            return_type, field_details_list, info, path, _InTurns(self, result), position_context
        )

    def begin(self) -> bool:
        """Whether this is the outermost part in progress, with which the work begins."""
        if self._began is not None:
            return False
        self._began = self.clock()
        return True

    def is_over(self) -> bool:
        """Whether the time of this turn is used up."""
        return self._began is not None and self.clock() - self._began >= self.seconds_left

    def end(self) -> None:
        """The outermost part ends, or pauses."""
        if self._began is not None:
            self.seconds_left -= self.clock() - self._began
            self._began = None


class _InTurns:
    """An awaitable that takes a turn before it begins, and each time before it continues."""

    __slots__ = ("_awaitable", "_execution")

    def __init__(self, execution: TurnTaking, awaitable: Awaitable[Any]) -> None:
        self._execution = execution
        self._awaitable = awaitable

    def __await__(self) -> Generator[Any, Any, Any]:
        execution = self._execution
        try:
            # A resolver whose rows were read for another one does all of its work at once.
            if execution.seconds_left <= 0:
                yield from execution.turns.take(execution).__await__()
        except asyncio.CancelledError:
            if asyncio.iscoroutine(self._awaitable):
                self._awaitable.close()
            raise
        waiting = self._awaitable.__await__()
        send: Callable[[Any], Any] = waiting.send
        value: Any = None
        while True:
            outermost = execution.begin()
            try:
                awaited = send(value)
            except StopIteration as ended:
                return ended.value
            finally:
                if outermost:
                    execution.end()
            send, value = waiting.send, None
            try:
                yield awaited
                if execution.seconds_left <= 0:
                    yield from execution.turns.take(execution).__await__()
            except BaseException as error:  # noqa: BLE001 - cancellation too: it belongs to the awaitable
                send, value = waiting.throw, error


class _List:
    """A list in progress."""

    __slots__ = ("_execution", "_items", "_pending", "_place", "_results")

    def __init__(self, execution: TurnTaking, place: _Place, items: Iterator[tuple[int, Any]]) -> None:
        self._execution = execution
        self._place = place
        self._items = items
        self._results: list[Any] = []
        self._pending: list[int] = []

    def advance(self) -> bool:
        """Complete items until the list ends or the turn is over. Whether the list has ended."""
        execution, results = self._execution, self._results
        type_, fields, info, path, position = self._place
        outermost = execution.begin()
        try:
            if outermost and execution.seconds_left <= 0:
                return False
            for index, item in self._items:
                item_path = path.add_key(index, None)
                if execution.is_awaitable(item):
                    results.append(
                        execution.complete_awaitable_list_item_value(item, type_, fields, info, item_path, position)
                    )
                    self._pending.append(index)
                elif execution.complete_list_item_value(item, results, type_, fields, info, item_path, position):
                    self._pending.append(index)
                if execution.is_over():
                    return False
        except Exception:
            awaitables = [self._results[index] for index in self._pending]
            awaitables += [item for _, item in self._items if execution.is_awaitable(item)]
            if awaitables:
                execution.settle_in_background(awaitables)
            raise
        finally:
            if outermost:
                execution.end()
        return True

    async def finish(self) -> list[Any]:
        """Complete the rest in turns."""
        done = False
        while not done:
            try:
                await self._execution.turns.take(self._execution)
            except asyncio.CancelledError:
                self._close()
                raise
            done = self.advance()
        result = self.result()
        return await result if isinstance(result, Awaitable) else result

    def _close(self) -> None:
        """Close the items that will not be awaited."""
        for index in self._pending:
            if asyncio.iscoroutine(pending := self._results[index]):
                pending.close()

    def result(self) -> AwaitableOrValue[list[Any]]:
        """The completed items, when those that are awaited are completed too."""
        return self._gather() if self._pending else self._results

    async def _gather(self) -> list[Any]:
        awaited = await gather_with_cancel(*(self._results[index] for index in self._pending))
        for index, value in zip(self._pending, awaited, strict=True):
            self._results[index] = value
        return self._results


def turn_taking(executor_class: ExecutorClass | None, turns: Turns) -> ExecutorClass:
    """The class, whose executions take these turns."""
    base = executor_class or IncrementalExecutor
    return type(f"TurnTaking{base.__name__}", (TurnTaking, base), {"turns": turns})
