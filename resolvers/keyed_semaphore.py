"""A semaphore per key, first in, first out, in this process.

Rate limits count attempts when they start. Without the semaphore, concurrent correct attempts would reach the limit
of failed ones. The limit itself is in the database.
"""

from asyncio import Semaphore
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sessionql.resolvers.errors import ServerBusy

MAX_WAITING = 32
"""Tasks that wait for one key. More are rejected, so that one address or account cannot collect any number of them."""


@dataclass(slots=True)
class _Entry:
    semaphore: Semaphore
    users: int = 0


class KeyedSemaphore:
    """Limits how many tasks run concurrently per key. A key takes memory only while a task uses it."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    @asynccontextmanager
    async def acquire(self, key: str, max_concurrent: int) -> AsyncIterator[None]:
        """Wait until fewer than `max_concurrent` tasks hold the key, then hold it until the end of the block.

        Raises ServerBusy when MAX_WAITING tasks wait already.
        """
        entry = self._entries.setdefault(key, _Entry(Semaphore(max_concurrent)))
        if entry.users >= max_concurrent + MAX_WAITING:
            raise ServerBusy
        entry.users += 1
        try:
            async with entry.semaphore:
                yield
        finally:
            entry.users -= 1
            if not entry.users:
                del self._entries[key]
