"""Forgetting: what ended long ago is deleted in a walk over the primary key, window by window.

A walk needs no index on times (which would make every `last_active` write dearer), touches few
rows at a time, and can stop anywhere: the next one begins again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Table, Uuid, and_, bindparam, delete, or_, select, tuple_

from storage.database import Transaction
from storage.tables import INSTANT, events, sessions

START = (UUID(int=0), UUID(int=0))
_END = (UUID(int=2**128 - 1), UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class Forget:
    """The instants before which things are forgotten."""

    revoked_before: datetime
    idle_before: datetime
    born_before: datetime
    happened_before: datetime


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one window gave: rows deleted, and where the next window begins (None: at the end)."""

    deleted: int
    next: tuple[UUID, UUID] | None


def _before(column: ColumnElement[datetime], name: str) -> ColumnElement[bool]:
    return column <= bindparam(name, type_=INSTANT)


class _Walk:
    """The statements of a walk over one table."""

    def __init__(self, table: Table, dead: ColumnElement[bool]) -> None:
        key = tuple_(table.c.user_id, table.c.id)
        after = key > tuple_(_uuid("after_user"), _uuid("after_id"))
        upto = key <= tuple_(_uuid("upto_user"), _uuid("upto_id"))
        self.last_of_window = (
            select(table.c.user_id, table.c.id)
            .where(after)
            .order_by(table.c.user_id, table.c.id)
            .offset(bindparam("window"))
            .limit(1)
        )
        self.delete = delete(table).where(after, upto, dead)


def _uuid(name: str) -> ColumnElement[UUID]:
    return bindparam(name, type_=Uuid())


_SESSIONS = _Walk(
    sessions,
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
_EVENTS = _Walk(events, _before(events.c.occurred_at, "happened_before"))


class PruneRepository:
    """Deletes what ended long ago, one window of rows at a time."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def delete_expired(self, forget: Forget, after: tuple[UUID, UUID], window: int) -> Pruned:
        """Look at the next `window` sessions; delete those that ended long ago."""
        return await self._walk(_SESSIONS, forget, after, window)

    async def delete_old_events(self, forget: Forget, after: tuple[UUID, UUID], window: int) -> Pruned:
        """Look at the next `window` events; delete the old ones."""
        return await self._walk(_EVENTS, forget, after, window)

    async def _walk(self, walk: _Walk, forget: Forget, after: tuple[UUID, UUID], window: int) -> Pruned:
        start = {"after_user": after[0], "after_id": after[1]}
        last = await self._tx.fetch_one(walk.last_of_window, {**start, "window": window - 1})
        upto = _END if last is None else (last[0], last[1])
        values = {
            **start,
            "upto_user": upto[0],
            "upto_id": upto[1],
            "revoked_before": forget.revoked_before,
            "idle_before": forget.idle_before,
            "born_before": forget.born_before,
            "happened_before": forget.happened_before,
        }
        deleted = await self._tx.execute(walk.delete, values)
        return Pruned(deleted, None if last is None else upto)
