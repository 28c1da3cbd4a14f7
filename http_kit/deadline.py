"""A deadline that another task can move or expire early, and that keeps the reason why it expired.

Like `asyncio.timeout`, it starts no task.
"""

import asyncio
from types import TracebackType
from typing import Generic, Self, TypeVar

Reason = TypeVar("Reason")


class Deadline(Generic[Reason]):
    """An asynchronous context manager. Raises TimeoutError when it expires; `reason` is then why."""

    __slots__ = ("_closed", "_timeout", "reason")

    def __init__(self, seconds: float | None, reason: Reason) -> None:
        self._timeout = asyncio.timeout(seconds)
        self._closed = False
        self.reason = reason

    def reschedule(self, seconds: float | None, reason: Reason) -> None:
        """Expire after `seconds` from now (None: never) for `reason`. Does nothing once expired or left."""
        if not self._closed and not self._timeout.expired():
            self.reason = reason
            self._timeout.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)

    def expire(self, reason: Reason) -> None:
        """Expire now. The reason of the first call is kept."""
        self.reschedule(0, reason)
        self._closed = True

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        await self._timeout.__aexit__(kind, error, trace)
