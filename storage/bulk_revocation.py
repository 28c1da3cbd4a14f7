"""Ending everybody's sessions, one window of rows at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from sessionql.storage.database import Transaction
from sessionql.storage.keyset_batches import Place, Walk
from sessionql.storage.lifetimes import Lifetimes
from sessionql.storage.records import RevocationReason
from sessionql.storage.session_rows import LIVE
from sessionql.storage.session_statements import end
from sessionql.storage.tables import INSTANT, sessions

c = sessions.c

_SESSIONS = Walk(sessions)
_BORN_BY = c.created_at <= bindparam("born_by", type_=INSTANT)
_REVOKE = end(select(c.user_id, c.id).where(*_SESSIONS.inside, LIVE, _BORN_BY))


@dataclass(frozen=True, slots=True)
class RevokedWindow:
    """Which sessions of which users one window ended, and where the next begins (None: at the end)."""

    sessions: Sequence[tuple[UUID, UUID]]
    next: Place | None


class EveryoneRepository:
    """Everybody's sessions, within one transaction."""

    __slots__ = ("_lifetimes", "_tx")

    def __init__(self, tx: Transaction, lifetimes: Lifetimes) -> None:
        self._tx = tx
        self._lifetimes = lifetimes

    async def revoke(self, born_by: datetime, now: datetime, after: Place, window: int) -> RevokedWindow:
        """Look at the next `window` sessions; end the active ones that began no later than `born_by`."""
        place = await _SESSIONS.window(self._tx, after, window)
        values = {"born_by": born_by, "now": now, "reason": RevocationReason.REVOKED_BY_OPERATOR.value}
        rows = await self._tx.fetch_all(_REVOKE, {**place.parameters, **values, **self._lifetimes.cutoffs(now)})
        for row in rows:
            self._tx.announcements.ended(row[0], [row[1]])
        return RevokedWindow([(row[0], row[1]) for row in rows], place.next)
