"""When sessions were last used: collected in memory, written in batches, never lost at shutdown."""

import asyncio
import logging
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sessionql.storage import Storage, StorageError
from sessionql.storage.records import SessionRecord
from sessionql.storage.sessions import Touch

log = logging.getLogger("sessionql.activity")

BATCH_SIZE = 500
"""Rows written in one transaction: short enough that nobody waits for it."""


class Activity:
    """Remembers uses until `flush` writes them; a session is written once in `interval`."""

    def __init__(self, storage: Storage, interval: timedelta) -> None:
        self._storage = storage
        self._interval = interval
        self._pending: dict[tuple[UUID, UUID], Touch] = {}
        self._flushing = asyncio.Lock()

    def record(self, session: SessionRecord, address: str | None, now: datetime) -> None:
        """The session was used just now, from this address."""
        if now - session.last_active >= self._interval:
            key = (session.user_id, session.id)
            self._pending[key] = Touch(session.user_id, session.id, now, address)

    async def flush(self) -> int:
        """Write what is pending and say how many that were. Raises StorageError; loses nothing."""
        written = 0
        async with self._flushing:
            while self._pending:
                batch = dict(islice(self._pending.items(), BATCH_SIZE))
                async with self._storage.transaction() as repositories:
                    await repositories.sessions.touch(list(batch.values()), self._interval)
                self._forget(batch)
                written += len(batch)
        return written

    def _forget(self, batch: dict[tuple[UUID, UUID], Touch]) -> None:
        for key, touch in batch.items():
            if self._pending.get(key) is touch:
                del self._pending[key]

    async def flush_every(self, pause: float) -> None:
        """Flush again and again until cancelled. A database that is away is tried again."""
        while True:
            await asyncio.sleep(pause)
            try:
                await self.flush()
            except StorageError as error:
                log.warning("Activity could not be written, trying again: %s", error)
