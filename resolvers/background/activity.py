"""Last activity of sessions: collected in memory and written in batches. `flush` at shutdown writes the rest."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sessionql.resolvers.devices.comparison import SeenDevice
from sessionql.storage import Storage, StorageError
from sessionql.storage.records import EventRecord, SessionRecord
from sessionql.storage.sessions import Touch

log = logging.getLogger("sessionql.activity")

BATCH_SIZE = 500
"""Rows written in one transaction: few enough that other transactions wait only briefly."""


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """The device of a session after a use, and the event of the change if it is another device."""

    seen: SeenDevice
    event: EventRecord | None


@dataclass(frozen=True, slots=True)
class _Use:
    touch: Touch
    change: DeviceChange | None


_Pending = Mapping[tuple[UUID, UUID], _Use]


class Activity:
    """Buffers activity until `flush` writes it. Each session is written at most once per `interval`."""

    def __init__(self, storage: Storage, interval: timedelta) -> None:
        self._storage = storage
        self._interval = interval
        self._pending: dict[tuple[UUID, UUID], _Use] = {}
        self._flushing = asyncio.Lock()

    def is_due(self, session: SessionRecord, now: datetime) -> bool:
        """Whether the last written activity of the session is old enough that `record` records the next."""
        return now - session.last_active >= self._interval

    def record(
        self, session: SessionRecord, address: str | None, now: datetime, change: DeviceChange | None = None
    ) -> None:
        """Record that the session was active at `now` from this IP address, and with this change of its device."""
        if not self.is_due(session, now):
            return
        key = (session.user_id, session.id)
        pending = self._pending.get(key)
        # The use by another device is written, not that of the usual device a second later.
        if pending is None or pending.change is None or pending.change.event is None:
            self._pending[key] = _Use(Touch(session.user_id, session.id, now, address), change)

    async def flush(self) -> int:
        """Write the pending activity and return the number of rows. After a StorageError, the rest stays pending."""
        written = 0
        async with self._flushing:
            while self._pending:
                batch = dict(islice(self._pending.items(), BATCH_SIZE))
                await self._write({key: use for key, use in batch.items() if use.change is None})
                for key, use in batch.items():
                    if use.change is not None:
                        await self._write_change({key: use}, use.touch, use.change)
                written += len(batch)
        return written

    async def _write(self, uses: _Pending) -> None:
        if uses:
            async with self._storage.transaction() as repositories:
                await repositories.sessions.touch([use.touch for use in uses.values()], self._interval)
            self._discard(uses)

    async def _write_change(self, uses: _Pending, touch: Touch, change: DeviceChange) -> None:
        """Write one use. Changes are rare, and in a transaction of their own they need no order of locks."""
        seen = change.seen
        async with self._storage.transaction() as repositories:
            written = await repositories.sessions.touch_device(touch, seen.user_agent, seen.device, self._interval)
            if written and change.event is not None:
                await repositories.events.add(change.event)
        self._discard(uses)

    def _discard(self, uses: _Pending) -> None:
        for key, use in uses.items():
            if self._pending.get(key) is use:
                del self._pending[key]

    async def flush_every(self, interval: float) -> None:
        """Flush every `interval` seconds until cancelled. Continues after a StorageError."""
        while True:
            await asyncio.sleep(interval)
            try:
                await self.flush()
            except StorageError as error:
                log.warning("Writing the last activity failed and will be retried: %s", error)
