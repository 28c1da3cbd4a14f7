"""Accounts: one for each address, and a password that nobody overwrites unseen."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from storage import Storage
from storage.records import UserRecord
from storage.users import Credentials
from tests.storage.builders import NOW, TICK, a_user, keep_user, new_id


async def user(storage: Storage, who: UserRecord) -> UserRecord | None:
    async with storage.reading() as repositories:
        return await repositories.users.find(who.id)


async def credentials(storage: Storage, key: str | None) -> Credentials | None:
    assert key is not None
    async with storage.reading() as repositories:
        return await repositories.users.find_credentials(key)


async def password_hash(storage: Storage, key: str | None) -> str | None:
    found = await credentials(storage, key)
    return None if found is None else found.password_hash


async def add(storage: Storage, who: UserRecord, key: str | None, password_hash: str = "hash") -> bool:
    async with storage.transaction() as repositories:
        return await repositories.users.add(who, key, password_hash)


async def replace_password(storage: Storage, who: UserRecord, old: str, new: str) -> bool:
    async with storage.transaction() as repositories:
        return await repositories.users.replace_password(who.id, old, new)


async def test_an_account_is_found_by_its_id(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    assert await user(storage, ana) == ana
    assert await user(storage, bob) == bob
    assert await user(storage, replace(ana, id=new_id())) is None


async def test_an_account_is_found_by_its_folded_address_with_its_hash(storage: Storage, bob: UserRecord) -> None:
    ana = replace(a_user("Ána@Example.com"), last_login=NOW)
    assert await add(storage, ana, "ána@example.com", "$argon2id$…")

    assert await credentials(storage, "ána@example.com") == Credentials(ana, "$argon2id$…")
    assert await credentials(storage, "Ána@Example.com") is None, "the caller folds"
    assert await credentials(storage, "") is None
    assert await credentials(storage, "bob@example.com") == Credentials(bob, "hash")


async def test_a_hash_is_never_shown(storage: Storage, ana: UserRecord) -> None:
    found = await credentials(storage, ana.email)

    assert found is not None
    assert found.password_hash not in repr(found)


async def test_a_taken_address_adds_nothing(storage: Storage, ana: UserRecord) -> None:
    late = a_user("ANA@example.com")

    assert not await add(storage, late, "ana@example.com", "another")

    assert await user(storage, late) is None
    assert await credentials(storage, "ana@example.com") == Credentials(ana, "hash")


async def test_after_a_taken_address_the_transaction_goes_on(storage: Storage, ana: UserRecord) -> None:
    other = a_user("other@example.com")
    async with storage.transaction() as repositories:
        assert not await repositories.users.add(a_user(), ana.email, "hash")
        assert await repositories.users.add(other, other.email, "hash")

    assert await user(storage, other) == other


async def test_of_twenty_that_register_an_address_at_once_one_gets_it(storage: Storage) -> None:
    rivals = [a_user("ana@example.com") for _ in range(20)]

    won = await asyncio.gather(*(add(storage, rival, rival.email, str(rival.id)) for rival in rivals))

    assert won.count(True) == 1
    winner = rivals[won.index(True)]
    assert await credentials(storage, "ana@example.com") == Credentials(winner, str(winner.id))
    assert [await user(storage, rival) for rival in rivals].count(None) == 19


async def test_a_login_is_noted_for_one_account(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    async with storage.transaction() as repositories:
        assert await repositories.users.note_login(ana.id, "hash", NOW)
        assert await repositories.users.note_login(ana.id, "hash", NOW + TICK)

    assert await user(storage, ana) == replace(ana, last_login=NOW + TICK)
    assert await user(storage, bob) == bob


async def test_a_login_with_a_replaced_password_is_not_noted(storage: Storage, ana: UserRecord) -> None:
    assert await replace_password(storage, ana, "hash", "new")

    async with storage.transaction() as repositories:
        assert not await repositories.users.note_login(ana.id, "hash", NOW)

    assert await user(storage, ana) == ana


async def test_nobody_logs_in_as_an_account_that_is_not_there(storage: Storage, ana: UserRecord) -> None:
    async with storage.transaction() as repositories:
        assert not await repositories.users.note_login(new_id(), "hash", NOW)
        assert not await repositories.users.replace_password(new_id(), "hash", "new")

    assert await credentials(storage, ana.email) == Credentials(ana, "hash")


async def test_someone_elses_hash_opens_nothing(storage: Storage, ana: UserRecord) -> None:
    """The compare-and-set names the user and the hash together."""
    bob = await keep_user(storage, "bob@example.com", "bob's hash")

    async with storage.transaction() as repositories:
        assert not await repositories.users.note_login(ana.id, "bob's hash", NOW + timedelta(days=1))
        assert not await repositories.users.replace_password(ana.id, "bob's hash", "new")

    assert await credentials(storage, ana.email) == Credentials(ana, "hash")
    assert await credentials(storage, bob.email) == Credentials(bob, "bob's hash")


async def test_a_password_is_replaced_for_one_account(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    assert await replace_password(storage, ana, "hash", "new")
    assert not await replace_password(storage, ana, "hash", "newer"), "the old hash is no longer there"

    assert await password_hash(storage, ana.email) == "new"
    assert await password_hash(storage, bob.email) == "hash"


async def test_of_twenty_that_replace_a_password_at_once_one_wins(storage: Storage, ana: UserRecord) -> None:
    won = await asyncio.gather(*(replace_password(storage, ana, "hash", f"new {n}") for n in range(20)))

    assert won.count(True) == 1
    assert await password_hash(storage, ana.email) == f"new {won.index(True)}"
