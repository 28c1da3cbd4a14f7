"""Service keys, with which services and operators authenticate. Only hashes of their secrets are stored."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from sessionql.storage.database import Row, Transaction
from sessionql.storage.records import Scope, ServiceKeyRecord
from sessionql.storage.rows import field_names, values_reader
from sessionql.storage.tables import service_keys

c = service_keys.c

COLUMNS = (c.id, c.name, c.scopes, c.created_at, c.revoked_at)

_ADD = insert(service_keys)
_FIND = select(*COLUMNS).where(
    c.id == bindparam("key_id"), c.secret_hash == bindparam("presented_hash"), c.revoked_at.is_(None)
)
_LIST = select(*COLUMNS).order_by(c.id)
_REVOKE = (
    update(service_keys)
    .where(c.id == bindparam("key_id"), c.revoked_at.is_(None))
    .values({"revoked_at": bindparam("now")})
    .returning(*COLUMNS)
)


def _parse_scopes(text: str) -> frozenset[Scope]:
    return frozenset(map(Scope, text.split()))


_read_values = values_reader(COLUMNS, field_names(ServiceKeyRecord), {"scopes": _parse_scopes})


class ServiceKeyRepository:
    """The service keys, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, key: ServiceKeyRecord, secret_hash: str) -> None:
        """Insert a service key and the hash of its secret."""
        values = {
            "id": key.id,
            "name": key.name,
            "secret_hash": secret_hash,
            "scopes": " ".join(sorted(key.scopes)),
            "created_at": key.created_at,
            "revoked_at": key.revoked_at,
        }
        await self._tx.execute(_ADD, values)

    async def find(self, key_id: UUID, secret_hash: str) -> ServiceKeyRecord | None:
        """The active service key with this id and this hash of its secret, or None. One read by primary key."""
        row = await self._tx.fetch_one(_FIND, {"key_id": key_id, "presented_hash": secret_hash})
        return None if row is None else _to_record(row)

    async def list(self) -> Sequence[ServiceKeyRecord]:
        """All service keys, oldest first, also the revoked ones."""
        return [_to_record(row) for row in await self._tx.fetch_all(_LIST, {})]

    async def revoke(self, key_id: UUID, now: datetime) -> ServiceKeyRecord | None:
        """Revoke a service key. None when it does not exist or was revoked already."""
        row = await self._tx.fetch_one(_REVOKE, {"key_id": key_id, "now": now})
        return None if row is None else _to_record(row)


def _to_record(row: Row) -> ServiceKeyRecord:
    return ServiceKeyRecord(*_read_values(row))
