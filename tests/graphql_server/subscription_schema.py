"""A small schema with subscriptions that does not use sessions, and its publisher."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
)

from tests.graphql_server.minimal_schema import SECRET, NotAllowed, anything

END = object()


class Publisher:
    """Publishes values to all its subscribers, and counts them."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Any]] = set()
        self._changed = asyncio.Event()
        self.go = asyncio.Event()
        self.started = 0
        self.stopped: list[str] = []

    @property
    def listeners(self) -> int:
        """The number of subscribers."""
        return len(self._listeners)

    def publish(self, event: Any) -> None:
        """Send a value to all subscribers. END ends their subscriptions."""
        for listener in self._listeners:
            listener.put_nowait(event)

    async def wait_for(self, listeners: int) -> None:
        """Wait until there are `count` subscribers."""
        async with asyncio.timeout(10):
            while self.listeners != listeners:
                self._changed.clear()
                await self._changed.wait()

    async def listen(self) -> AsyncGenerator[Any, None]:
        """Yield the values that are published from now on."""
        listener: asyncio.Queue[Any] = asyncio.Queue()
        self._listeners.add(listener)
        self.started += 1
        self._changed.set()
        try:
            while (event := await listener.get()) is not END:
                yield event
        finally:
            self._listeners.discard(listener)
            self._changed.set()


async def _published(_source: object, info: Any) -> AsyncIterator[Any]:
    """Yield the values that are published. Published exceptions are raised."""
    # Closed here in every case: otherwise it would run until it is garbage-collected.
    async with aclosing(info.context.publisher.listen()) as events:
        async for event in events:
            if isinstance(event, Exception):
                raise event
            yield event


async def _count(_source: object, _info: object, to: int) -> AsyncIterator[int]:
    for number in range(1, to + 1):
        yield number


async def _failing_source(_source: object, _info: object) -> AsyncIterator[int]:
    yield 1
    raise RuntimeError(SECRET)


async def _cancelled(_source: object, _info: object) -> AsyncIterator[int]:
    """What it waits for was cancelled by another task; it was not cancelled itself."""
    yield 1
    raise asyncio.CancelledError


async def _flood(_source: object, info: Any, size: int) -> AsyncIterator[str]:
    """Yields values without an end, until its consumer closes it."""
    try:
        while True:
            yield "x" * size
            await asyncio.sleep(0)
    finally:
        info.context.publisher.stopped.append("flood")


async def _rejected(_source: object, _info: object) -> AsyncIterator[int]:
    raise NotAllowed("You may not listen.")


async def _broken(_source: object, _info: object) -> AsyncIterator[int]:
    raise RuntimeError(SECRET)


async def _late(_source: object, info: Any) -> AsyncIterator[Any]:
    """Starts when the test allows it, and does not end."""
    info.context.publisher.started += 1
    await info.context.publisher.go.wait()
    return _endless()


async def _endless() -> AsyncIterator[int]:
    await asyncio.Event().wait()
    yield 1


async def _never(_source: object, _info: object) -> AsyncIterator[int]:
    await asyncio.Event().wait()
    raise AssertionError


async def _hang(_source: object, info: Any) -> str:
    info.context.publisher.started += 1
    info.context.publisher._changed.set()
    try:
        await asyncio.Event().wait()
    finally:
        info.context.publisher.stopped.append("hang")
    raise AssertionError


def _at_event(event: Any, info: Any) -> Any:
    if event == "hang":
        return _hang(event, info)
    if event == "boom":
        raise RuntimeError(SECRET)
    if event == "reject":
        raise NotAllowed("You may not know this.")
    return event


def _itself(event: Any, *_: object, **__: object) -> Any:
    return event


def _change(_source: object, info: Any) -> int:
    info.context.publisher.started += 1
    return int(info.context.publisher.started)


number = GraphQLArgument(GraphQLNonNull(GraphQLInt))
schema = GraphQLSchema(
    GraphQLObjectType(
        "Query",
        {
            "hello": GraphQLField(GraphQLString, resolve=lambda *_: "world"),
            "hang": GraphQLField(GraphQLString, resolve=_hang),
            "boom": GraphQLField(GraphQLString, resolve=lambda _, info: _at_event("boom", info)),
            "huge": GraphQLField(anything, resolve=lambda *_: 2**80),
            "who": GraphQLField(GraphQLString, resolve=lambda _, info: info.context.who),
            "text": GraphQLField(GraphQLString, args={"size": number}, resolve=lambda *_, size: "x" * size),
        },
    ),
    GraphQLObjectType("Mutation", {"change": GraphQLField(GraphQLInt, resolve=_change)}),
    GraphQLObjectType(
        "Subscription",
        {
            "published": GraphQLField(GraphQLString, subscribe=_published, resolve=_at_event),
            "count": GraphQLField(GraphQLInt, args={"to": number}, subscribe=_count, resolve=_itself),
            "cancelled": GraphQLField(GraphQLInt, subscribe=_cancelled, resolve=_itself),
            "flood": GraphQLField(GraphQLString, args={"size": number}, subscribe=_flood, resolve=_itself),
            "breaks": GraphQLField(GraphQLInt, subscribe=_failing_source, resolve=_itself),
            "late": GraphQLField(GraphQLInt, subscribe=_late),
            "rejected": GraphQLField(GraphQLInt, subscribe=_rejected),
            "broken": GraphQLField(GraphQLInt, subscribe=_broken),
            "never": GraphQLField(GraphQLInt, subscribe=_never),
        },
    ),
)
