"""Users: one for each e-mail address, and passwords replaced by compare-and-set."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sessionql.storage import Storage
from sessionql.storage.records import UserRecord
from sessionql.storage.users import Credentials
from tests.storage.builders import (
    NOW,
    TICK,
    a_session,
    a_user,
    an_event,
    events_of,
    keep,
    keep_events,
    keep_user,
    new_id,
    sessions_of,
)


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


async def add(storage: Storage, who: UserRecord, key: str | None, password_hash: str | None = "hash") -> bool:
    async with storage.transaction() as repositories:
        return await repositories.users.add(who, key, password_hash)


async def replace_password(storage: Storage, who: UserRecord, old: str, new: str) -> bool:
    async with storage.transaction() as repositories:
        return await repositories.users.replace_password(who.id, old, new)


async def test_a_user_is_found_by_id(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    assert await user(storage, ana) == ana
    assert await user(storage, bob) == bob
    assert await user(storage, replace(ana, id=new_id())) is None


async def test_credentials_are_found_by_the_case_folded_email(storage: Storage, bob: UserRecord) -> None:
    ana = replace(a_user("Ána@Example.com"), last_login=NOW)
    assert await add(storage, ana, "ána@example.com", "$argon2id$…")

    assert await credentials(storage, "ána@example.com") == Credentials(ana, "$argon2id$…")
    assert await credentials(storage, "Ána@Example.com") is None, "the caller folds"
    assert await credentials(storage, "") is None
    assert await credentials(storage, "bob@example.com") == Credentials(bob, "hash")


async def test_a_hash_is_not_in_the_repr(storage: Storage, ana: UserRecord) -> None:
    found = await credentials(storage, ana.email)

    assert found is not None
    assert found.password_hash not in repr(found)


async def test_an_email_in_use_adds_no_user(storage: Storage, ana: UserRecord) -> None:
    late = a_user("ANA@example.com")

    assert not await add(storage, late, "ana@example.com", "another")

    assert await user(storage, late) is None
    assert await credentials(storage, "ana@example.com") == Credentials(ana, "hash")


async def test_after_an_email_in_use_the_transaction_continues(storage: Storage, ana: UserRecord) -> None:
    other = a_user("other@example.com")
    async with storage.transaction() as repositories:
        assert not await repositories.users.add(a_user(), ana.email, "hash")
        assert await repositories.users.add(other, other.email, "hash")

    assert await user(storage, other) == other


async def test_of_twenty_concurrent_registrations_of_an_email_one_succeeds(storage: Storage) -> None:
    rivals = [a_user("ana@example.com") for _ in range(20)]

    won = await asyncio.gather(*(add(storage, rival, rival.email, str(rival.id)) for rival in rivals))

    assert won.count(True) == 1
    winner = rivals[won.index(True)]
    assert await credentials(storage, "ana@example.com") == Credentials(winner, str(winner.id))
    assert [await user(storage, rival) for rival in rivals].count(None) == 19


async def test_a_log_in_is_stored_for_one_user(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    async with storage.transaction() as repositories:
        assert await repositories.users.record_login(ana.id, "hash", NOW)
        assert await repositories.users.record_login(ana.id, "hash", NOW + TICK)

    assert await user(storage, ana) == replace(ana, last_login=NOW + TICK)
    assert await user(storage, bob) == bob


async def test_a_log_in_with_a_replaced_password_is_not_stored(storage: Storage, ana: UserRecord) -> None:
    assert await replace_password(storage, ana, "hash", "new")

    async with storage.transaction() as repositories:
        assert not await repositories.users.record_login(ana.id, "hash", NOW)

    assert await user(storage, ana) == ana


async def test_a_log_in_requires_a_user(storage: Storage, ana: UserRecord) -> None:
    async with storage.transaction() as repositories:
        assert not await repositories.users.record_login(new_id(), "hash", NOW)
        assert not await repositories.users.replace_password(new_id(), "hash", "new")

    assert await credentials(storage, ana.email) == Credentials(ana, "hash")


async def test_a_hash_of_another_user_is_not_accepted(storage: Storage, ana: UserRecord) -> None:
    """The compare-and-set uses the user id and the hash together."""
    bob = await keep_user(storage, "bob@example.com", "bob's hash")

    async with storage.transaction() as repositories:
        assert not await repositories.users.record_login(ana.id, "bob's hash", NOW + timedelta(days=1))
        assert not await repositories.users.replace_password(ana.id, "bob's hash", "new")

    assert await credentials(storage, ana.email) == Credentials(ana, "hash")
    assert await credentials(storage, bob.email) == Credentials(bob, "bob's hash")


async def test_a_password_is_replaced_for_one_user(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    assert await replace_password(storage, ana, "hash", "new")
    assert not await replace_password(storage, ana, "hash", "newer"), "the old hash is no longer there"

    assert await password_hash(storage, ana.email) == "new"
    assert await password_hash(storage, bob.email) == "hash"


async def test_of_twenty_concurrent_password_changes_one_succeeds(storage: Storage, ana: UserRecord) -> None:
    won = await asyncio.gather(*(replace_password(storage, ana, "hash", f"new {n}") for n in range(20)))

    assert won.count(True) == 1
    assert await password_hash(storage, ana.email) == f"new {won.index(True)}"


def external_user(subject: str) -> UserRecord:
    """A user of a service: without an e-mail address and a password."""
    return UserRecord(new_id(), None, NOW - timedelta(days=1), None, subject)


async def by_subject(storage: Storage, subject: str) -> UserRecord | None:
    async with storage.reading() as repositories:
        return await repositories.users.find_by_subject(subject)


async def test_a_user_is_found_by_email_or_subject(storage: Storage, ana: UserRecord) -> None:
    hers, other = external_user("crm|42"), external_user("crm|43")
    assert await add(storage, hers, None, None)
    assert await add(storage, other, None, None), "accounts without an address do not collide"

    assert await by_subject(storage, "crm|42") == hers
    for close in ("CRM|42", "crm|42 ", "crm|4", "crm%", "", "ana@example.com"):
        assert await by_subject(storage, close) is None, "exactly"
    async with storage.reading() as repositories:
        assert await repositories.users.find_by_email("ana@example.com") == ana
        assert await repositories.users.find_by_email("ANA@example.com") is None, "the caller folds"
        assert await repositories.users.find_by_email("crm|42") is None
        assert await repositories.users.find_password(hers.id) is None
        assert await repositories.users.find_password(ana.id) == Credentials(ana, "hash")


async def test_of_twenty_concurrent_log_ins_of_a_subject_one_creates_the_user(storage: Storage) -> None:
    rivals = [external_user("crm|42") for _ in range(20)]

    won = await asyncio.gather(*(add(storage, rival, None, None) for rival in rivals))

    assert won.count(True) == 1
    assert await by_subject(storage, "crm|42") == rivals[won.index(True)]


async def test_a_log_in_of_a_service_is_stored_for_one_user(storage: Storage, bob: UserRecord) -> None:
    hers = external_user("crm|42")
    assert await add(storage, hers, None, None)

    async with storage.transaction() as repositories:
        assert await repositories.users.record_external_login(hers.id, NOW) == replace(hers, last_login=NOW)
        assert await repositories.users.record_external_login(new_id(), NOW) is None

    assert await by_subject(storage, "crm|42") == replace(hers, last_login=NOW)
    assert await user(storage, bob) == bob


async def test_a_disabled_user_cannot_log_in_until_enabled(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    async with storage.transaction() as repositories:
        users = repositories.users
        assert await users.disable(ana.id, NOW)
        assert not await users.disable(ana.id, NOW + TICK), "it is disabled already"
        assert not await users.record_login(ana.id, "hash", NOW)
        assert await users.record_external_login(ana.id, NOW) is None
    assert await user(storage, ana) == replace(ana, disabled_at=NOW), (
        "the first time is kept, and no log-in failed_keys"
    )
    assert await user(storage, bob) == bob

    async with storage.transaction() as repositories:
        users = repositories.users
        assert await users.enable(ana.id)
        assert not await users.enable(ana.id)
        assert not await users.enable(bob.id)
        assert await users.record_login(ana.id, "hash", NOW)
    assert await user(storage, ana) == replace(ana, last_login=NOW)


async def test_a_log_in_waits_for_a_transaction_that_disables_the_user(storage: Storage, ana: UserRecord) -> None:
    disabled = asyncio.Event()

    async def disable() -> None:
        async with storage.transaction() as repositories:
            assert await repositories.users.disable(ana.id, NOW)
            disabled.set()
            await asyncio.sleep(0.05)

    async def log_in(elsewhere: bool) -> object:
        await disabled.wait()
        async with storage.transaction() as repositories:
            if elsewhere:
                return await repositories.users.record_external_login(ana.id, NOW)
            return await repositories.users.record_login(ana.id, "hash", NOW) or None

    _, *logged_in = await asyncio.gather(disable(), log_in(elsewhere=True), log_in(elsewhere=False))

    assert logged_in == [None, None]


async def test_a_deleted_user_is_deleted_with_all_its_rows(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    sessions, events = [a_session(ana), a_session(bob)], [an_event(ana), an_event(bob)]
    await keep(storage, *sessions)
    await keep_events(storage, *events)

    async with storage.transaction() as repositories:
        assert await repositories.users.delete(ana.id)
        assert not await repositories.users.delete(ana.id)
        assert not await repositories.users.disable(ana.id, NOW)

    assert await user(storage, ana) is None
    assert await sessions_of(storage, ana, bob) == {sessions[1]}
    assert await events_of(storage, ana, bob) == {events[1]}
    assert await add(storage, a_user("ana@example.com"), "ana@example.com"), "the address is free again"
