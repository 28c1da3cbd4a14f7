"""Forgetting: what ended long ago is deleted, and old addresses are, in walks of small windows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, update
from sqlalchemy.sql import Executable

from sessionql.storage.database import Transaction
from sessionql.storage.keyset_batches import Cursor, KeysetBatches
from sessionql.storage.tables import INSTANT, events, sessions


@dataclass(frozen=True, slots=True)
class PruneCutoffs:
    """The instants before which things are forgotten; None keeps addresses as long as their rows."""

    revoked_before: datetime
    idle_before: datetime
    created_before: datetime
    occurred_before: datetime
    addresses_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class PrunedBatch:
    """What one window gave: rows deleted, and where the next window begins (None: at the end)."""

    deleted: int
    next: Cursor | None


def _before(column: ColumnElement[datetime], name: str) -> ColumnElement[bool]:
    return column <= bindparam(name, type_=INSTANT)


_SESSIONS, _EVENTS = KeysetBatches(sessions), KeysetBatches(events)
_DELETE_SESSIONS = delete(sessions).where(
    *_SESSIONS.within,
    or_(
        _before(sessions.c.revoked_at, "revoked_before"),
        and_(
            sessions.c.revoked_at.is_(None),
            or_(
                _before(sessions.c.last_active, "idle_before"),
                _before(sessions.c.created_at, "born_before"),
            ),
        ),
    ),
)
_DELETE_EVENTS = delete(events).where(*_EVENTS.within, _before(events.c.occurred_at, "happened_before"))
_CLEAR_SESSION_ADDRESSES = (
    update(sessions)
    .where(*_SESSIONS.within, sessions.c.ip_address.is_not(None), _before(sessions.c.last_active, "addresses_before"))
    .values({"ip_address": None})
)
_CLEAR_EVENT_ADDRESSES = (
    update(events)
    .where(*_EVENTS.within, events.c.ip_address.is_not(None), _before(events.c.occurred_at, "addresses_before"))
    .values({"ip_address": None})
)


class PruneRepository:
    """Forgets what is old, one window of rows at a time."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def delete_expired(self, forget: PruneCutoffs, after: Cursor, size: int) -> PrunedBatch:
        """Look at the next `window` sessions; delete those that ended long ago, and old addresses."""
        return await self._prune_batch(_SESSIONS, _DELETE_SESSIONS, _CLEAR_SESSION_ADDRESSES, forget, after, size)

    async def delete_old_events(self, forget: PruneCutoffs, after: Cursor, size: int) -> PrunedBatch:
        """Look at the next `window` events; delete the old ones, and old addresses."""
        return await self._prune_batch(_EVENTS, _DELETE_EVENTS, _CLEAR_EVENT_ADDRESSES, forget, after, size)

    async def _prune_batch(
        self,
        batches: KeysetBatches,
        delete_statement: Executable,
        clear_addresses: Executable,
        forget: PruneCutoffs,
        after: Cursor,
        size: int,
    ) -> PrunedBatch:
        batch = await batches.batch(self._tx, after, size)
        times = {
            "revoked_before": forget.revoked_before,
            "idle_before": forget.idle_before,
            "born_before": forget.created_before,
            "happened_before": forget.occurred_before,
        }
        deleted = await self._tx.execute(delete_statement, {**batch.parameters, **times})
        if forget.addresses_before is not None:
            limit = {"addresses_before": forget.addresses_before}
            await self._tx.execute(clear_addresses, {**batch.parameters, **limit})
        return PrunedBatch(deleted, batch.next)
