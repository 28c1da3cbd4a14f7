"""Revocation of many sessions of a user: the active ones that the filter selects, and no others."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from uuid import UUID

import pytest

from sessionql.storage import Storage
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import DeviceKind, RevocationReason, SessionRecord, SessionState, UserRecord
from sessionql.storage.sessions import Touch
from tests.storage.builders import (
    EVERY,
    IDLED_OUT,
    NOW,
    REVOKED,
    TOO_OLD,
    a_session,
    keep,
    new_id,
    sessions_of,
)

BY_USER = RevocationReason.REVOKED_BY_USER
PHONE = replace(a_session(UserRecord(new_id(), "", NOW, None)).device, label="Pixel 9", kind=DeviceKind.PHONE)

FILTERS = {
    "active": SessionFilter(),
    "every state": EVERY,
    "none": SessionFilter(states=frozenset()),
    "ended": SessionFilter(states=frozenset({SessionState.REVOKED, SessionState.EXPIRED})),
    "phones": SessionFilter(device_kinds=frozenset({DeviceKind.PHONE})),
    "no kind": SessionFilter(device_kinds=frozenset()),
    "unused": SessionFilter(inactive_since=NOW - timedelta(days=5)),
    "named": SessionFilter(search="büro"),
    "all of it": SessionFilter(EVERY.states, frozenset({DeviceKind.PHONE}), NOW - timedelta(days=5), "büro"),
}
PICKED = {
    "active": {"laptop", "phone", "old phone", "old laptop"},
    "every state": {"laptop", "phone", "old phone", "old laptop"},
    "none": set(),
    "ended": set(),
    "phones": {"phone", "old phone"},
    "no kind": set(),
    "unused": {"old phone", "old laptop"},
    "named": {"laptop", "old phone"},
    "all of it": {"old phone"},
}


def sessions_of_two_users(user: UserRecord) -> dict[str, SessionRecord]:
    old = {"created_at": NOW - timedelta(days=20), "last_active": NOW - timedelta(days=10)}
    return {
        "laptop": a_session(user, name="BÜRO"),
        "phone": a_session(user, device=PHONE),
        "old phone": a_session(user, device=PHONE, name="Büro", **old),
        "old laptop": a_session(user, **old),
        "revoked": a_session(user, device=PHONE, name="Büro", **REVOKED),
        "idled out": a_session(user, device=PHONE, name="Büro", **IDLED_OUT),
        "too old": a_session(user, device=PHONE, name="Büro", **TOO_OLD),
    }


async def revoke(storage: Storage, user: UserRecord, filter_: SessionFilter, keep: UUID | None) -> Sequence[UUID]:
    async with storage.transaction() as repositories:
        return await repositories.sessions.revoke_many(user.id, filter_, keep, BY_USER, NOW)


async def revocable(storage: Storage, user: UserRecord, filter_: SessionFilter, keep: UUID | None) -> Sequence[UUID]:
    async with storage.reading() as repositories:
        return await repositories.sessions.list_revocable(user.id, filter_, keep, NOW)


@pytest.mark.parametrize("kept", [None, "old phone", "revoked"])
@pytest.mark.parametrize("picked", FILTERS)
async def test_exactly_the_sessions_of_the_dry_run_are_revoked(
    storage: Storage, ana: UserRecord, bob: UserRecord, picked: str, kept: str | None
) -> None:
    hers = sessions_of_two_users(ana)
    his = [replace(session, user_id=bob.id) for session in hers.values()]
    await keep(storage, *hers.values(), *his)
    spared = hers[kept].id if kept else None

    announced = await revocable(storage, ana, FILTERS[picked], spared)
    assert await sessions_of(storage, ana, bob) == {*hers.values(), *his}, "asking changes nothing"
    ended = await revoke(storage, ana, FILTERS[picked], spared)

    due = {hers[name] for name in PICKED[picked] - {kept}}
    assert sorted(ended) == sorted(announced) == sorted(session.id for session in due)
    assert await sessions_of(storage, ana, bob) == {
        *(set(hers.values()) - due),
        *(replace(session, revoked_at=NOW, revocation_reason=BY_USER) for session in due),
        *his,
    }
    assert await revoke(storage, ana, FILTERS[picked], spared) == [], "the second time there is nothing left"


async def test_a_user_without_sessions_revokes_none(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    assert await revocable(storage, bob, EVERY, None) == []
    assert await revoke(storage, bob, EVERY, None) == []
    assert await sessions_of(storage, ana) == {session}


async def test_keeping_a_session_of_another_user_keeps_none(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    hers, his = [a_session(ana), a_session(ana)], a_session(bob)
    await keep(storage, *hers, his)

    assert sorted(await revoke(storage, ana, SessionFilter(), his.id)) == [session.id for session in hers]


async def test_concurrent_revocations_revoke_each_session_once(storage: Storage, ana: UserRecord) -> None:
    sessions = [a_session(ana) for _ in range(30)]
    await keep(storage, *sessions)

    results = await asyncio.gather(*(revoke(storage, ana, SessionFilter(), None) for _ in range(10)))

    assert sorted(chain.from_iterable(results)) == [session.id for session in sessions], "each is ended once"


@pytest.mark.parametrize("use", ["touch", "rotate", "rename"])
@pytest.mark.parametrize("many", [False, True], ids=["revoke", "revoke_many"])
async def test_a_revocation_during_a_touch_still_ends_the_session(
    storage: Storage, ana: UserRecord, use: str, many: bool
) -> None:
    session = a_session(ana)
    await keep(storage, session)
    written = asyncio.Event()

    async def use_slowly() -> None:
        touch = Touch(ana.id, session.id, NOW, "198.51.100.1")
        async with storage.transaction() as repositories:
            if use == "touch":
                await repositories.sessions.touch([touch], timedelta(seconds=60))
            elif use == "rotate":
                assert await repositories.sessions.rotate(touch, 0)
            else:
                assert await repositories.sessions.rename(ana.id, session.id, "Named", NOW)
            written.set()
            await asyncio.sleep(0.1)

    async def end() -> Sequence[UUID]:
        await written.wait()
        if many:
            return await revoke(storage, ana, SessionFilter(), None)
        async with storage.transaction() as repositories:
            revoked = await repositories.sessions.revoke(ana.id, session.id, BY_USER, NOW)
            return [revoked.id] if revoked else []

    _, ended = await asyncio.gather(use_slowly(), end())

    assert ended == [session.id]
    (kept,) = await sessions_of(storage, ana)
    assert kept.revoked_at == NOW
    assert (kept.last_active == NOW, kept.generation, kept.name) == (
        use != "rename",
        int(use == "rotate"),
        "Named" if use == "rename" else None,
    )


async def test_writers_of_the_same_rows_never_deadlock(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    """On PostgreSQL an unordered batch would cause a deadlock error after a second."""
    for _ in range(25):
        sessions = [a_session(user) for _ in range(12) for user in (ana, bob)]
        await keep(storage, *reversed(sessions))  # so that they are not in the order of their ids
        uses = [Touch(session.user_id, session.id, NOW, None) for session in sessions]

        async def touch(batch: Sequence[Touch]) -> None:
            async with storage.transaction() as repositories:
                await repositories.sessions.touch(batch, timedelta(seconds=60))

        await asyncio.gather(
            touch(uses),
            touch(uses[::-1]),
            revoke(storage, ana, SessionFilter(), None),
            touch(uses[::2] + uses[1::2]),
            revoke(storage, bob, SessionFilter(), None),
            revoke(storage, ana, EVERY, None),
        )

    kept = await sessions_of(storage, ana, bob)
    assert len(kept) == 25 * 24
    assert {session.revoked_at for session in kept} == {NOW}
