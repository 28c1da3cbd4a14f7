"""Turns: at most so many at once of what has the same key; the others wait, in the order in which they came.

Of this process alone. It keeps people who do nothing wrong, but at once, from being counted against
a limit of failures; the limit itself is in the database.
"""

from asyncio import Semaphore
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Entry:
    semaphore: Semaphore
    users: int = 0


class KeyedSemaphore:
    """The queues that somebody stands in."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    @asynccontextmanager
    async def acquire(self, key: str, at_once: int) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the end of the block."""
        queue = self._entries.setdefault(key, _Entry(Semaphore(at_once)))
        queue.users += 1
        try:
            async with queue.semaphore:
                yield
        finally:
            queue.users -= 1
            if not queue.users:
                del self._entries[key]
