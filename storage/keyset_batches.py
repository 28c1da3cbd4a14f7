"""Walks over a table in the order of its primary key, window by window.

A walk needs no index on times (which would make every `last_active` write dearer), touches few
rows at a time, and can stop anywhere.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, Uuid, bindparam, select, tuple_

from sessionql.storage.database import Transaction

Cursor = tuple[UUID, UUID]

FIRST = (UUID(int=0), UUID(int=0))
_END = (UUID(int=2**128 - 1), UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows that follow each other, as parameters, and where the next begin (None: at the end)."""

    parameters: dict[str, Any]
    next: Cursor | None


class KeysetBatches:
    """A walk over a table whose primary key is `(user_id, id)`."""

    def __init__(self, table: Table) -> None:
        key = tuple_(table.c.user_id, table.c.id)
        after = key > tuple_(_uuid("after_user"), _uuid("after_id"))
        upto = key <= tuple_(_uuid("upto_user"), _uuid("upto_id"))
        self.within: tuple[ColumnElement[bool], ...] = (after, upto)
        self._last = (
            select(table.c.user_id, table.c.id)
            .where(after)
            .order_by(table.c.user_id, table.c.id)
            .offset(bindparam("window"))
            .limit(1)
        )

    async def batch(self, tx: Transaction, after: Cursor, size: int) -> Batch:
        """The next `size` rows."""
        start = {"after_user": after[0], "after_id": after[1]}
        last = await tx.fetch_one(self._last, {**start, "window": size - 1})
        next_ = None if last is None else (last[0], last[1])
        upto = next_ or _END
        return Batch({**start, "upto_user": upto[0], "upto_id": upto[1]}, next_)


def _uuid(name: str) -> ColumnElement[UUID]:
    return bindparam(name, type_=Uuid())
