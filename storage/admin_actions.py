"""What operators did, newest first. Kept apart from users, for it has to outlive those who are deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, bindparam, insert, select

from sessionql.storage.database import Row, Transaction
from sessionql.storage.records import AdminActionKind, AdminActionRecord
from sessionql.storage.tables import admin_actions

c = admin_actions.c

# In the order of OperationRecord's fields.
COLUMNS = (c.id, c.occurred_at, c.actor_name, c.kind, c.user_id, c.revoked_count)

_ADD = insert(admin_actions)
_LIST = select(*COLUMNS).where(c.id < bindparam("before", type_=Uuid())).order_by(c.id.desc()).limit(bindparam("limit"))
_END = UUID(int=2**128 - 1)


class AdminActionRepository:
    """The operations, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, action: AdminActionRecord) -> None:
        """Keep a new one."""
        await self._tx.execute(_ADD, {column.name: getattr(action, column.name) for column in COLUMNS})

    async def list(self, limit: int, before: UUID | None = None) -> Sequence[AdminActionRecord]:
        """The newest, or the newest of those older than `before`."""
        rows = await self._tx.fetch_all(_LIST, {"before": before or _END, "limit": limit})
        return [_to_record(row) for row in rows]


def _to_record(row: Row) -> AdminActionRecord:
    return AdminActionRecord(row[0], row[1], row[2], AdminActionKind(row[3]), row[4], row[5])
