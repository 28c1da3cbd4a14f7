"""What a subscription answers: each event of its source, executed."""

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from typing import Any, TypeVar

from graphql.execution import Executor

T = TypeVar("T")


async def each_event(
    executor: Executor[Any],
    source: AsyncIterable[Any],
    execute: Callable[[Executor[Any]], Awaitable[T]],
    fail: Callable[[Exception], T],
) -> AsyncGenerator[T, None]:
    """An answer for every event. A source that fails has one more, by `fail`, which is the last.

    Closing this closes the source, so that nothing goes on listening for somebody who left.
    """
    events = aiter(source)
    try:
        async for event in events:
            yield await execute(executor.build_per_event_executor(event))
    except Exception as error:  # noqa: BLE001 - whatever a source raises is for its subscriber
        yield fail(error)
    finally:
        if (close := getattr(events, "aclose", None)) is not None:
            await close()
