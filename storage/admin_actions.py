"""The audit log: admin actions, newest first. It refers to no user, because it outlives deleted users."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, bindparam, insert, select

from sessionql.storage.database import Row, Transaction
from sessionql.storage.records import AdminActionKind, AdminActionRecord
from sessionql.storage.rows import enum_from_value, field_names, values_reader
from sessionql.storage.tables import admin_actions

c = admin_actions.c

COLUMNS = (c.id, c.occurred_at, c.actor_name, c.kind, c.user_id, c.revoked_count)

_ADD = insert(admin_actions)
_LIST = (
    select(*COLUMNS).where(c.id < bindparam("before_id", type_=Uuid())).order_by(c.id.desc()).limit(bindparam("limit"))
)
_MAX_ID = UUID(int=2**128 - 1)

_read_values = values_reader(COLUMNS, field_names(AdminActionRecord), {"kind": enum_from_value(AdminActionKind)})


class AdminActionRepository:
    """The admin actions, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, action: AdminActionRecord) -> None:
        """Insert an admin action."""
        await self._tx.execute(_ADD, {column.name: getattr(action, column.name) for column in COLUMNS})

    async def list(self, limit: int, before: UUID | None = None) -> Sequence[AdminActionRecord]:
        """At most `limit` admin actions, newest first; with `before`, only those older than that id."""
        rows = await self._tx.fetch_all(_LIST, {"before_id": before or _MAX_ID, "limit": limit})
        return [_to_record(row) for row in rows]


def _to_record(row: Row) -> AdminActionRecord:
    return AdminActionRecord(*_read_values(row))
