"""Revoke the sessions of all users, in batches by primary key."""

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
_CREATED_IN_TIME = c.created_at <= bindparam("created_until", type_=INSTANT)
_REVOKE = revoke_where(select(c.user_id, c.id).where(*_SESSIONS.within, ACTIVE, _CREATED_IN_TIME))


@dataclass(frozen=True, slots=True)
class RevokedBatch:
    """The revoked sessions of one batch, as pairs of user id and session id, and the cursor of the next batch.

    `next` is None after the last batch.
    """

    sessions: Sequence[tuple[UUID, UUID]]
    next: Cursor | None


class BulkRevocationRepository:
    """The sessions of all users, within one transaction."""

    __slots__ = ("_lifetimes", "_tx")

    def __init__(self, tx: Transaction, lifetimes: Lifetimes) -> None:
        self._tx = tx
        self._lifetimes = lifetimes

    async def revoke(self, created_until: datetime, now: datetime, after: Cursor, size: int) -> RevokedBatch:
        """Revoke the active sessions among the next `size` rows that were created at or before `created_until`."""
        batch = await _SESSIONS.batch(self._tx, after, size)
        values = {"created_until": created_until, "now": now, "reason": RevocationReason.REVOKED_BY_OPERATOR.value}
        rows = await self._tx.fetch_all(_REVOKE, {**batch.parameters, **values, **self._lifetimes.cutoffs(now)})
        revoked = [(user_id, session_id) for user_id, session_id in rows]
        for user_id, session_id in revoked:
            self._tx.notifications.sessions_ended(user_id, [session_id])
        return RevokedBatch(revoked, batch.next)
