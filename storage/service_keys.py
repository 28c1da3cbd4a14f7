"""Service keys: who may speak for a service or an operator. Only hashes of their secrets are kept."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from sessionql.storage.database import Row, Transaction
from sessionql.storage.records import Scope, ServiceKeyRecord
from sessionql.storage.tables import service_keys

c = service_keys.c

# In the order of ServiceKeyRecord's fields.
COLUMNS = (c.id, c.name, c.scopes, c.created_at, c.revoked_at)

_ADD = insert(service_keys)
_FIND = select(*COLUMNS).where(c.id == bindparam("key_id"), c.secret_hash == bindparam("hash"), c.revoked_at.is_(None))
_LIST = select(*COLUMNS).order_by(c.id)
_REVOKE = (
    update(service_keys)
    .where(c.id == bindparam("key_id"), c.revoked_at.is_(None))
    .values({"revoked_at": bindparam("now")})
    .returning(*COLUMNS)
)


class ServiceKeyRepository:
    """The service keys, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, key: ServiceKeyRecord, secret_hash: str) -> None:
        """Keep a new key."""
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
        """The key of this id and secret, unless it is revoked. One indexed read."""
        row = await self._tx.fetch_one(_FIND, {"key_id": key_id, "hash": secret_hash})
        return None if row is None else _to_record(row)

    async def list(self) -> Sequence[ServiceKeyRecord]:
        """Every key, oldest first, revoked ones too."""
        return [_to_record(row) for row in await self._tx.fetch_all(_LIST, {})]

    async def revoke(self, key_id: UUID, now: datetime) -> ServiceKeyRecord | None:
        """End a key; None when there is no such key, or it was revoked before."""
        row = await self._tx.fetch_one(_REVOKE, {"key_id": key_id, "now": now})
        return None if row is None else _to_record(row)


def _to_record(row: Row) -> ServiceKeyRecord:
    return ServiceKeyRecord(row[0], row[1], frozenset(map(Scope, row[2].split())), row[3], row[4])
