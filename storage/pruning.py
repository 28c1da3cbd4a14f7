"""Delete old sessions and events and null old IP addresses, in batches by primary key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, update
from sqlalchemy.sql import Executable

from sessionql.storage.database import Transaction
from sessionql.storage.keyset_batches import Cursor, KeysetBatches
from sessionql.storage.tables import INSTANT, events, sessions


@dataclass(frozen=True, slots=True)
class PruneCutoffs:
    """Rows with a time at or before these instants are pruned. None keeps addresses as long as their rows."""

    revoked_before: datetime
    idle_before: datetime
    created_before: datetime
    occurred_before: datetime
    addresses_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class PrunedBatch:
    """The number of rows deleted in one batch, and the cursor of the next batch (None after the last)."""

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
                _before(sessions.c.created_at, "created_before"),
            ),
        ),
    ),
)
_DELETE_EVENTS = delete(events).where(*_EVENTS.within, _before(events.c.occurred_at, "occurred_before"))
_CLEAR_SESSION_ADDRESSES = (
    update(sessions)
    .where(*_SESSIONS.within, sessions.c.ip_address.is_not(None), _before(sessions.c.last_active, "addresses_before"))
    .values({"ip_address": None})
)
_CLEAR_EVENT_ADDRESSES = (
    update(events)
    .where(*_EVENTS.within, events.c.ip_address.is_not(None), _before(events.c.occurred_at, "addresses_before"))
    # The key is a hash of the address and could be guessed.
    .values({"ip_address": None, "fold_key": None})
)


class PruneRepository:
    """Prunes sessions and events within one transaction, one batch of rows at a time."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def delete_expired(self, cutoffs: PruneCutoffs, after: Cursor, size: int) -> PrunedBatch:
        """Delete the old ones among the `size` sessions after the cursor, and null old addresses."""
        return await self._prune_batch(_SESSIONS, _DELETE_SESSIONS, _CLEAR_SESSION_ADDRESSES, cutoffs, after, size)

    async def delete_old_events(self, cutoffs: PruneCutoffs, after: Cursor, size: int) -> PrunedBatch:
        """Delete the old ones among the `size` events after the cursor, and null old addresses."""
        return await self._prune_batch(_EVENTS, _DELETE_EVENTS, _CLEAR_EVENT_ADDRESSES, cutoffs, after, size)

    async def _prune_batch(
        self,
        batches: KeysetBatches,
        delete_statement: Executable,
        clear_addresses: Executable,
        cutoffs: PruneCutoffs,
        after: Cursor,
        size: int,
    ) -> PrunedBatch:
        batch = await batches.batch(self._tx, after, size)
        times = {
            "revoked_before": cutoffs.revoked_before,
            "idle_before": cutoffs.idle_before,
            "created_before": cutoffs.created_before,
            "occurred_before": cutoffs.occurred_before,
        }
        deleted = await self._tx.execute(delete_statement, {**batch.parameters, **times})
        if cutoffs.addresses_before is not None:
            time = {"addresses_before": cutoffs.addresses_before}
            await self._tx.execute(clear_addresses, {**batch.parameters, **time})
        return PrunedBatch(deleted, batch.next)
