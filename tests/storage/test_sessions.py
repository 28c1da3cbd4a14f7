"""One session at a time: found, renamed and revoked by its owner only."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from sessionql.storage import Storage, StorageError, StorageUnavailable
from sessionql.storage.records import DeviceKind, RevocationReason, SessionRecord, UserRecord
from tests.storage.builders import (
    IDLED_OUT,
    NOW,
    REVOKED,
    TICK,
    TOO_OLD,
    a_session,
    a_user,
    find,
    keep,
    new_id,
    sessions_of,
)

BY_USER = RevocationReason.REVOKED_BY_USER
ended = pytest.mark.parametrize("end", [REVOKED, IDLED_OUT, TOO_OLD], ids=["revoked", "idled out", "too old"])


async def revoke(storage: Storage, user: UserRecord, session: SessionRecord) -> SessionRecord | None:
    async with storage.transaction() as repositories:
        return await repositories.sessions.revoke(user.id, session.id, BY_USER, NOW)


async def rename(storage: Storage, user: UserRecord, session: SessionRecord, name: str | None) -> SessionRecord | None:
    async with storage.transaction() as repositories:
        return await repositories.sessions.rename(user.id, session.id, name, NOW)


async def test_a_session_is_found_by_its_owner_among_others(storage: Storage, ana: UserRecord) -> None:
    first, second = a_session(ana), a_session(ana, name="Second")
    await keep(storage, first, second)

    assert await find(storage, second) == second
    assert await find(storage, first) == first


async def test_a_session_is_not_found_by_another_user(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    assert await find(storage, replace(session, user_id=bob.id)) is None
    assert await find(storage, replace(session, id=new_id())) is None
    assert await find(storage, session) == session


@ended
async def test_an_ended_session_is_still_found(storage: Storage, ana: UserRecord, end: dict[str, Any]) -> None:
    session = a_session(ana, **end)
    await keep(storage, session)

    assert await find(storage, session) == session


async def test_the_same_id_of_two_users_is_two_sessions(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    hers = a_session(ana, name="Hers")
    his = replace(hers, user_id=bob.id, name="His")
    await keep(storage, hers, his)

    assert (await find(storage, hers), await find(storage, his)) == (hers, his)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 100])
async def test_find_many_returns_only_the_requested_sessions_of_the_owner(
    storage: Storage, ana: UserRecord, bob: UserRecord, number: int
) -> None:
    hers = [a_session(ana) for _ in range(number)]
    his = a_session(bob)
    namesakes = [replace(session, user_id=bob.id, name="His") for session in hers]
    await keep(storage, *hers, a_session(ana), his, *namesakes)

    async with storage.reading() as repositories:
        found = await repositories.sessions.find_many(ana.id, [session.id for session in hers])
        assert found == {session.id: session for session in hers}
        assert await repositories.sessions.find_many(ana.id, [his.id, new_id()]) == {}


async def test_find_many_accepts_duplicate_ids(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    async with storage.reading() as repositories:
        found = await repositories.sessions.find_many(ana.id, [session.id, session.id, new_id()])

    assert found == {session.id: session}


async def test_an_id_is_unique_for_a_user(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    with pytest.raises(StorageError) as caught:
        await keep(storage, replace(session, name="Another"))

    assert not isinstance(caught.value, StorageUnavailable), "trying again would not help"
    assert await find(storage, session) == session


async def test_a_session_needs_a_user(storage: Storage) -> None:
    session = a_session(a_user("unknown@example.com"))

    with pytest.raises(StorageError):
        await keep(storage, session)

    assert await find(storage, session) is None


async def test_revoking_ends_one_session_and_returns_it(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    session, other = a_session(ana), a_session(ana)
    his = replace(session, user_id=bob.id)
    await keep(storage, session, other, his)

    revoked = await revoke(storage, ana, session)

    assert revoked == replace(session, revoked_at=NOW, revocation_reason=BY_USER)
    assert await sessions_of(storage, ana, bob) == {revoked, other, his}


async def test_a_session_of_another_user_is_not_revoked(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    assert await revoke(storage, bob, session) is None
    assert await find(storage, session) == session


@ended
async def test_revoking_an_ended_session_changes_nothing(
    storage: Storage, ana: UserRecord, end: dict[str, Any]
) -> None:
    session = a_session(ana, **end)
    await keep(storage, session)

    assert await revoke(storage, ana, session) is None
    assert await find(storage, session) == session


async def test_a_session_can_be_revoked_up_to_its_last_microsecond(storage: Storage, ana: UserRecord) -> None:
    idle = a_session(ana, **{**IDLED_OUT, "last_active": IDLED_OUT["last_active"] + TICK})
    old = a_session(ana, **{**TOO_OLD, "created_at": TOO_OLD["created_at"] + TICK})
    await keep(storage, idle, old)

    assert await revoke(storage, ana, idle) is not None
    assert await revoke(storage, ana, old) is not None


async def test_a_name_is_set_changed_and_removed(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    session, other = a_session(ana), a_session(ana, name="Other")
    his = replace(session, user_id=bob.id)
    await keep(storage, session, other, his)

    for name in ("Büro", "Zuhause 🏠", None):
        assert await rename(storage, ana, session, name) == replace(session, name=name)
        assert await sessions_of(storage, ana, bob) == {replace(session, name=name), other, his}


async def test_a_session_of_another_user_is_not_renamed(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    session = a_session(ana, name="Mine")
    await keep(storage, session)

    assert await rename(storage, bob, session, "His") is None
    assert await find(storage, session) == session


@ended
async def test_an_ended_session_keeps_its_name(storage: Storage, ana: UserRecord, end: dict[str, Any]) -> None:
    session = a_session(ana, name="Last name", **end)
    await keep(storage, session)

    assert await rename(storage, ana, session, "Too late") is None
    assert await find(storage, session) == session


async def test_deleting_a_user_deletes_the_sessions(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    """Foreign keys are enforced on both engines."""
    hers, his = a_session(ana), a_session(bob)
    await keep(storage, hers, his)
    statement = text("DELETE FROM users WHERE email_key = 'ana@example.com'")

    async with storage.database.transaction() as tx:
        assert await tx.execute(statement, {}) == 1

    assert await sessions_of(storage, ana, bob) == {his}


async def test_stats_count_the_owners_active_sessions(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    since = NOW - timedelta(hours=1)
    phone = replace(a_session(ana).device, kind=DeviceKind.PHONE)
    oldest = a_session(ana, created_at=NOW - timedelta(days=40), last_active=since)
    recent = [a_session(ana, last_active=since + TICK), a_session(ana, device=phone, last_active=NOW)]
    gone = [a_session(ana, **end) for end in (REVOKED, IDLED_OUT, TOO_OLD)]
    await keep(storage, oldest, *recent, *gone, a_session(bob, created_at=NOW - timedelta(days=80), last_active=NOW))

    async with storage.reading() as repositories:
        stats = await repositories.sessions.stats(ana.id, since, NOW)
        nothing = await repositories.sessions.stats(new_id(), since, NOW)

    assert stats.by_kind == {DeviceKind.DESKTOP: 2, DeviceKind.PHONE: 1}
    assert stats.active_since == len(recent), "after `since`, not at it"
    assert stats.oldest_created_at == oldest.created_at
    assert (nothing.by_kind, nothing.active_since, nothing.oldest_created_at) == ({}, 0, None)
