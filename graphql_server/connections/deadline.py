"""How long one task goes on: until its time is over, or until another task ends it. Costs no task of its own."""

import asyncio
from types import TracebackType
from typing import Generic, Self, TypeVar

Why = TypeVar("Why")


class Term(Generic[Why]):
    """An asynchronous context that ends with a TimeoutError, and then knows why."""

    __slots__ = ("_closed", "_timeout", "why")

    def __init__(self, seconds: float | None, why: Why) -> None:
        self._timeout = asyncio.timeout(seconds)
        self._closed = False
        self.why = why

    def extend(self, seconds: float | None, why: Why) -> None:
        """From now on it goes on for so long, None for ever, unless it was ended before."""
        if not self._closed and not self._timeout.expired():
            self.why = why
            self._timeout.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)

    def end(self, why: Why) -> None:
        """End it now. The first who does says why."""
        self.extend(0, why)
        self._closed = True

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        await self._timeout.__aexit__(kind, error, trace)
