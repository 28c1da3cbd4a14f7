"""Service keys: found by id and secret, and not after they were revoked."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from sessionql.storage import Storage
from sessionql.storage.records import Scope, ServiceKeyRecord
from tests.storage.builders import NOW, TICK, new_id

HASH, OTHER = "a" * 64, "b" * 64


def a_key(*scopes: Scope, name: str = "Shop") -> ServiceKeyRecord:
    return ServiceKeyRecord(new_id(), name, frozenset(scopes or (Scope.INTROSPECT,)), NOW, None)


async def keep(storage: Storage, key: ServiceKeyRecord, secret_hash: str = HASH) -> ServiceKeyRecord:
    async with storage.transaction() as repositories:
        await repositories.service_keys.add(key, secret_hash)
    return key


async def find(storage: Storage, key_id: UUID, secret_hash: str = HASH) -> ServiceKeyRecord | None:
    async with storage.reading() as repositories:
        return await repositories.service_keys.find(key_id, secret_hash)


async def revoke(storage: Storage, key_id: UUID) -> ServiceKeyRecord | None:
    async with storage.transaction() as repositories:
        return await repositories.service_keys.revoke(key_id, NOW + TICK)


async def list_(storage: Storage) -> list[ServiceKeyRecord]:
    async with storage.reading() as repositories:
        return list(await repositories.service_keys.list())


@pytest.mark.parametrize("scopes", [(), (Scope.OPERATOR,), tuple(Scope)], ids=len)
async def test_a_key_is_read_as_stored(storage: Storage, scopes: tuple[Scope, ...]) -> None:
    key = await keep(storage, replace(a_key(), scopes=frozenset(scopes)))

    assert await find(storage, key.id) == key


async def test_a_key_is_found_with_its_own_secret_only(storage: Storage) -> None:
    mine, other = await keep(storage, a_key()), await keep(storage, a_key(), OTHER)

    assert await find(storage, mine.id, OTHER) is None
    assert await find(storage, other.id, HASH) is None
    assert await find(storage, new_id(), HASH) is None
    for wrong in ("", HASH.upper(), HASH[:-1], "%", "_" * 64):
        assert await find(storage, mine.id, wrong) is None


async def test_a_revoked_key_is_listed_but_not_found(storage: Storage) -> None:
    key, other = await keep(storage, a_key()), await keep(storage, a_key(name="Other"))
    ended = replace(key, revoked_at=NOW + TICK)

    assert await revoke(storage, key.id) == ended

    assert await find(storage, key.id) is None
    assert await find(storage, other.id) == other
    assert await list_(storage) == [ended, other]


async def test_a_key_is_revoked_once(storage: Storage) -> None:
    key = await keep(storage, a_key())

    ended = await asyncio.gather(*(revoke(storage, key.id) for _ in range(10)))

    assert ended.count(None) == 9
    assert await revoke(storage, new_id()) is None


async def test_keys_are_listed_oldest_first(storage: Storage) -> None:
    keys = [a_key(name=f"{n}") for n in range(5)]
    for key in reversed(keys):
        await keep(storage, key)

    assert await list_(storage) == keys
