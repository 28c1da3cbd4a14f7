"""Maps the events of a subscription's source to answers."""

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
    """An answer for every event; for an error of the source, `fail` returns the last answer.

    Closing the generator closes the source.
    """
    events = aiter(source)
    try:
        async for event in events:
            yield await execute(executor.build_per_event_executor(event))
    except Exception as error:  # noqa: BLE001 - every error of a source is reported to the subscriber
        yield fail(error)
    finally:
        if (close := getattr(events, "aclose", None)) is not None:
            await close()
