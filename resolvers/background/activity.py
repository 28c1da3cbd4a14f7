"""Last activity of sessions: collected in memory and written in batches. `flush` at shutdown writes the rest."""

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
"""Rows written in one transaction: few enough that other transactions wait only briefly."""


class Activity:
    """Buffers activity until `flush` writes it. Each session is written at most once per `interval`."""

    def __init__(self, storage: Storage, interval: timedelta) -> None:
        self._storage = storage
        self._interval = interval
        self._pending: dict[tuple[UUID, UUID], Touch] = {}
        self._flushing = asyncio.Lock()

    def record(self, session: SessionRecord, address: str | None, now: datetime) -> None:
        """Record that the session was active at `now` from this IP address."""
        if now - session.last_active >= self._interval:
            key = (session.user_id, session.id)
            self._pending[key] = Touch(session.user_id, session.id, now, address)

    async def flush(self) -> int:
        """Write the pending activity and return the number of rows. After a StorageError, the rest stays pending."""
        written = 0
        async with self._flushing:
            while self._pending:
                batch = dict(islice(self._pending.items(), BATCH_SIZE))
                async with self._storage.transaction() as repositories:
                    await repositories.sessions.touch(list(batch.values()), self._interval)
                self._discard(batch)
                written += len(batch)
        return written

    def _discard(self, batch: dict[tuple[UUID, UUID], Touch]) -> None:
        for key, touch in batch.items():
            if self._pending.get(key) is touch:
                del self._pending[key]

    async def flush_every(self, interval: float) -> None:
        """Flush every `interval` seconds until cancelled. Continues after a StorageError."""
        while True:
            await asyncio.sleep(interval)
            try:
                await self.flush()
            except StorageError as error:
                log.warning("Writing the last activity failed and will be retried: %s", error)
