"""Reauthentication and renewal of sessions, and eviction of sessions over the limit."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from sessionql.storage import Storage
from sessionql.storage.records import RevocationReason, SessionRecord, UserRecord
from tests.storage.builders import IDLED_OUT, NOW, REVOKED, TICK, TOO_OLD, a_session, find, keep, sessions_of

ENDED: list[dict[str, Any]] = [REVOKED, IDLED_OUT, TOO_OLD]


async def reauthenticate(storage: Storage, user: UserRecord, session: SessionRecord) -> SessionRecord | None:
    async with storage.transaction() as repositories:
        return await repositories.sessions.reauthenticate(user.id, session.id, NOW, NOW)


async def renew(storage: Storage, user: UserRecord, session: SessionRecord) -> SessionRecord | None:
    async with storage.transaction() as repositories:
        return await repositories.sessions.renew(user.id, session.id, NOW, NOW)


async def evict(storage: Storage, user: UserRecord, keep_: SessionRecord, limit: int) -> list[UUID]:
    async with storage.transaction() as repositories:
        return list(await repositories.sessions.evict(user.id, keep_.id, limit, NOW))


async def test_reauthentication_changes_its_time_and_nothing_else(storage: Storage, ana: UserRecord) -> None:
    session, other = a_session(ana, generation=3, rotated_at=NOW), a_session(ana)
    await keep(storage, session, other)

    proved = replace(session, authenticated_at=NOW)
    assert await reauthenticate(storage, ana, session) == proved

    assert await sessions_of(storage, ana) == {proved, other}


async def test_a_renewed_session_has_a_new_generation_and_no_grace(storage: Storage, ana: UserRecord) -> None:
    session, other = a_session(ana, generation=3, rotated_at=NOW), a_session(ana)
    await keep(storage, session, other)

    renewed = replace(session, authenticated_at=NOW, generation=4, rotated_at=None)
    assert await renew(storage, ana, session) == renewed

    assert await sessions_of(storage, ana) == {renewed, other}


async def test_an_earlier_reauthentication_does_not_replace_a_later_one(storage: Storage, ana: UserRecord) -> None:
    """Clocks of several machines differ: a reauthentication never makes a log-in older."""
    session = a_session(ana, authenticated_at=NOW + TICK)
    await keep(storage, session)

    assert await reauthenticate(storage, ana, session) == session
    assert await renew(storage, ana, session) == replace(session, generation=1)


@pytest.mark.parametrize("ended", ENDED)
async def test_an_ended_session_cannot_be_reauthenticated(
    storage: Storage, ana: UserRecord, ended: dict[str, Any]
) -> None:
    session = a_session(ana, **ended)
    await keep(storage, session)

    assert await reauthenticate(storage, ana, session) is None
    assert await renew(storage, ana, session) is None
    assert await find(storage, session) == session


async def test_a_session_of_another_user_cannot_be_reauthenticated(
    storage: Storage, ana: UserRecord, bob: UserRecord
) -> None:
    session = a_session(bob)
    await keep(storage, session)

    assert await reauthenticate(storage, ana, session) is None
    assert await renew(storage, ana, session) is None
    assert await find(storage, session) == session


async def test_the_least_recently_used_sessions_are_evicted(storage: Storage, ana: UserRecord) -> None:
    used = [a_session(ana, last_active=NOW - timedelta(hours=hours)) for hours in (4, 1, 3, 2)]
    new = a_session(ana, last_active=NOW - timedelta(hours=9))
    await keep(storage, *used, new)

    assert set(await evict(storage, ana, new, 3)) == {used[0].id, used[2].id}

    ended = {
        replace(each, revoked_at=NOW, revocation_reason=RevocationReason.SESSION_LIMIT) for each in (used[0], used[2])
    }
    assert await sessions_of(storage, ana) == {*ended, used[1], used[3], new}
    assert await evict(storage, ana, new, 3) == []


async def test_of_sessions_with_the_same_last_use_the_oldest_is_evicted(storage: Storage, ana: UserRecord) -> None:
    first, second, new = (a_session(ana) for _ in range(3))
    await keep(storage, first, second, new)

    assert await evict(storage, ana, new, 2) == [first.id]
    assert await evict(storage, ana, new, 1) == [second.id]
    assert await evict(storage, ana, new, 1) == []


async def test_ended_sessions_do_not_count(storage: Storage, ana: UserRecord) -> None:
    active, new = a_session(ana), a_session(ana)
    await keep(storage, active, new, *(a_session(ana, **ended) for ended in ENDED))
    before = await sessions_of(storage, ana)

    assert await evict(storage, ana, new, 2) == []
    assert await sessions_of(storage, ana) == before


async def test_sessions_of_other_users_do_not_count(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    his, mine = [a_session(bob) for _ in range(3)], a_session(ana)
    await keep(storage, *his, mine)

    assert await evict(storage, ana, mine, 1) == []
    assert await sessions_of(storage, bob) == set(his)
