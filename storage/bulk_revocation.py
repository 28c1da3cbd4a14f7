"""Ending everybody's sessions, one window of rows at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from sessionql.storage.database import Transaction
from sessionql.storage.keyset_batches import Cursor, KeysetBatches
from sessionql.storage.lifetimes import Lifetimes
from sessionql.storage.records import RevocationReason
from sessionql.storage.session_rows import ACTIVE
from sessionql.storage.session_statements import revoke_where
from sessionql.storage.tables import INSTANT, sessions

c = sessions.c

_SESSIONS = KeysetBatches(sessions)
_CREATED_BY = c.created_at <= bindparam("born_by", type_=INSTANT)
_REVOKE = revoke_where(select(c.user_id, c.id).where(*_SESSIONS.within, ACTIVE, _CREATED_BY))


@dataclass(frozen=True, slots=True)
class RevokedBatch:
    """Which sessions of which users one window ended, and where the next begins (None: at the end)."""

    sessions: Sequence[tuple[UUID, UUID]]
    next: Cursor | None


class BulkRevocationRepository:
    """Everybody's sessions, within one transaction."""

    __slots__ = ("_lifetimes", "_tx")

    def __init__(self, tx: Transaction, lifetimes: Lifetimes) -> None:
        self._tx = tx
        self._lifetimes = lifetimes

    async def revoke(self, created_by: datetime, now: datetime, after: Cursor, size: int) -> RevokedBatch:
        """Look at the next `window` sessions; end the active ones that began no later than `born_by`."""
        batch = await _SESSIONS.batch(self._tx, after, size)
        values = {"born_by": created_by, "now": now, "reason": RevocationReason.REVOKED_BY_OPERATOR.value}
        rows = await self._tx.fetch_all(_REVOKE, {**batch.parameters, **values, **self._lifetimes.cutoffs(now)})
        for row in rows:
            self._tx.notifications.sessions_ended(row[0], [row[1]])
        return RevokedBatch([(row[0], row[1]) for row in rows], batch.next)
