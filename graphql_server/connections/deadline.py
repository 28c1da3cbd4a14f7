"""How long one task goes on: until its time is over, or until another task ends it. Costs no task of its own."""

import asyncio
from types import TracebackType
from typing import Generic, Self, TypeVar

Reason = TypeVar("Reason")


class Deadline(Generic[Reason]):
    """An asynchronous context that ends with a TimeoutError, and then knows why."""

    __slots__ = ("_closed", "_timeout", "reason")

    def __init__(self, seconds: float | None, why: Reason) -> None:
        self._timeout = asyncio.timeout(seconds)
        self._closed = False
        self.reason = why

    def reschedule(self, seconds: float | None, why: Reason) -> None:
        """From now on it goes on for so long, None for ever, unless it was ended before."""
        if not self._closed and not self._timeout.expired():
            self.reason = why
            self._timeout.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)

    def expire(self, why: Reason) -> None:
        """End it now. The first who does says why."""
        self.reschedule(0, why)
        self._closed = True

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        await self._timeout.__aexit__(kind, error, trace)
