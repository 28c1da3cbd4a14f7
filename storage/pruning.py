"""Forgetting: what ended long ago is deleted, and old addresses are, in walks of small windows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, update
from sqlalchemy.sql import Executable

from sessionql.storage.database import Transaction
from sessionql.storage.keyset_batches import Place, Walk
from sessionql.storage.tables import INSTANT, events, sessions


@dataclass(frozen=True, slots=True)
class Forget:
    """The instants before which things are forgotten; None keeps addresses as long as their rows."""

    revoked_before: datetime
    idle_before: datetime
    born_before: datetime
    happened_before: datetime
    addresses_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one window gave: rows deleted, and where the next window begins (None: at the end)."""

    deleted: int
    next: Place | None


def _before(column: ColumnElement[datetime], name: str) -> ColumnElement[bool]:
    return column <= bindparam(name, type_=INSTANT)


_SESSIONS, _EVENTS = Walk(sessions), Walk(events)
_DELETE_SESSIONS = delete(sessions).where(
    *_SESSIONS.inside,
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
_DELETE_EVENTS = delete(events).where(*_EVENTS.inside, _before(events.c.occurred_at, "happened_before"))
_FORGET_SESSIONS = (
    update(sessions)
    .where(*_SESSIONS.inside, sessions.c.ip_address.is_not(None), _before(sessions.c.last_active, "addresses_before"))
    .values({"ip_address": None})
)
_FORGET_EVENTS = (
    update(events)
    .where(*_EVENTS.inside, events.c.ip_address.is_not(None), _before(events.c.occurred_at, "addresses_before"))
    .values({"ip_address": None})
)


class PruneRepository:
    """Forgets what is old, one window of rows at a time."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def delete_expired(self, forget: Forget, after: Place, window: int) -> Pruned:
        """Look at the next `window` sessions; delete those that ended long ago, and old addresses."""
        return await self._walk(_SESSIONS, _DELETE_SESSIONS, _FORGET_SESSIONS, forget, after, window)

    async def delete_old_events(self, forget: Forget, after: Place, window: int) -> Pruned:
        """Look at the next `window` events; delete the old ones, and old addresses."""
        return await self._walk(_EVENTS, _DELETE_EVENTS, _FORGET_EVENTS, forget, after, window)

    async def _walk(
        self,
        walk: Walk,
        deletion: Executable,
        forgetting: Executable,
        forget: Forget,
        after: Place,
        size: int,
    ) -> Pruned:
        window = await walk.window(self._tx, after, size)
        times = {
            "revoked_before": forget.revoked_before,
            "idle_before": forget.idle_before,
            "born_before": forget.born_before,
            "happened_before": forget.happened_before,
        }
        deleted = await self._tx.execute(deletion, {**window.parameters, **times})
        if forget.addresses_before is not None:
            limit = {"addresses_before": forget.addresses_before}
            await self._tx.execute(forgetting, {**window.parameters, **limit})
        return Pruned(deleted, window.next)
