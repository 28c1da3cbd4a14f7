"""Subscribers of tests: dependencies that receive notifications, and consumers of streams."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import Requester
from sessionql.resolvers.subscriptions import EndReason, wait_until_invalid
from sessionql.storage.records import SessionRecord

T = TypeVar("T")


@asynccontextmanager
async def run_pubsub(deps: Dependencies) -> AsyncIterator[None]:
    running = asyncio.create_task(deps.pubsub.run())
    await deps.pubsub.started()
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - no event reports this condition
            await asyncio.sleep(0)


class Consumer:
    """Consumes a stream in the background and collects its items."""

    def __init__(self, deps: Dependencies, stream: AsyncIterator[T]) -> None:
        self._before = len(deps.pubsub._subscribers)
        self._deps = deps
        self.seen: asyncio.Queue[object] = asyncio.Queue()
        self.task = asyncio.create_task(self._take(stream))

    async def _take(self, stream: AsyncIterator[T]) -> None:
        async for item in stream:
            self.seen.put_nowait(item)

    async def next(self) -> object:
        async with asyncio.timeout(10):
            return await self.seen.get()

    async def rest(self) -> list[object]:
        """Return the items until the end of the stream."""
        async with asyncio.timeout(10):
            await self.task
        return [self.seen.get_nowait() for _ in range(self.seen.qsize())]


async def consume(deps: Dependencies, stream: AsyncIterator[T]) -> Consumer:
    """Start to consume the stream, and wait until its subscriber waits for updates."""
    before = subscriber_count(deps)
    begun = Consumer(deps, stream)
    await wait_for_subscribers(deps, before + 1)
    return begun


async def wait_for_subscribers(deps: Dependencies, count: int = 1) -> None:
    """Wait until `count` subscribers have read the current state and wait for updates."""
    await until(lambda: subscriber_count(deps) >= count)
    await until(lambda: all(each._waiter for own in deps.pubsub._subscribers.values() for each in own))


def subscriber_count(deps: Dependencies) -> int:
    return sum(map(len, deps.pubsub._subscribers.values()))


async def end_reason(deps: Dependencies, session: SessionRecord, act: Callable[[], Awaitable[object]]) -> EndReason:
    """Return why the subscription of the session ends after `act`; it must be valid before."""
    ending = asyncio.create_task(wait_until_invalid(deps, lambda: Requester(session)))
    await wait_for_subscribers(deps)
    assert not ending.done()
    await act()
    async with asyncio.timeout(10):
        return await ending
