"""Read a table in batches, in the order of its primary key (keyset pagination).

This needs no index on a time (which would make each write of `last_active` slower), locks few rows at a time, and can
stop after each batch.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, Uuid, bindparam, select, tuple_

from sessionql.storage.database import Transaction

Cursor = tuple[UUID, UUID]
"""The primary key `(user_id, id)` of the last row of a batch."""

FIRST = (UUID(int=0), UUID(int=0))
"""The cursor before the first row."""

_END = (UUID(int=2**128 - 1), UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class Batch:
    """The parameters of `KeysetBatches.within` for one batch, and the cursor of the next one (None after the last)."""

    parameters: dict[str, Any]
    next: Cursor | None


class KeysetBatches:
    """The batches of a table whose primary key is `(user_id, id)`. `within` is the condition of one batch."""

    def __init__(self, table: Table) -> None:
        key = tuple_(table.c.user_id, table.c.id)
        after = key > tuple_(_uuid("after_user"), _uuid("after_id"))
        until = key <= tuple_(_uuid("last_user"), _uuid("last_id"))
        self.within: tuple[ColumnElement[bool], ...] = (after, until)
        self._find_last = (
            select(table.c.user_id, table.c.id)
            .where(after)
            .order_by(table.c.user_id, table.c.id)
            .offset(bindparam("offset"))
            .limit(1)
        )

    async def batch(self, tx: Transaction, after: Cursor, size: int) -> Batch:
        """The batch of at most `size` rows that follow the cursor `after`."""
        start = {"after_user": after[0], "after_id": after[1]}
        last = await tx.fetch_one(self._find_last, {**start, "offset": size - 1})
        next_ = None if last is None else (last[0], last[1])
        end = next_ or _END
        return Batch({**start, "last_user": end[0], "last_id": end[1]}, next_)


def _uuid(name: str) -> ColumnElement[UUID]:
    return bindparam(name, type_=Uuid())
