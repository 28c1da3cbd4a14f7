"""Sessions in use: the time of their last use is stored, and their refresh tokens are rotated."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sessionql.storage import Storage
from sessionql.storage.records import RevocationReason, SessionRecord, UserRecord
from sessionql.storage.sessions import Touch
from tests.storage.builders import (
    ABSOLUTE,
    IDLE,
    IDLED_OUT,
    NOW,
    REVOKED,
    TICK,
    TOO_OLD,
    a_session,
    find,
    keep,
    new_id,
    sessions_of,
)

INTERVAL = timedelta(seconds=60)
ADDRESS = "2001:db8::7"
ended = pytest.mark.parametrize("end", [REVOKED, IDLED_OUT, TOO_OLD], ids=["revoked", "idled out", "too old"])


def use(session: SessionRecord, at: datetime = NOW, user: UserRecord | None = None) -> Touch:
    return Touch(user.id if user else session.user_id, session.id, at, ADDRESS)


async def touch(storage: Storage, *touches: Touch) -> None:
    async with storage.transaction() as repositories:
        await repositories.sessions.touch(touches, INTERVAL)


async def rotate(storage: Storage, touch: Touch, presented: int) -> SessionRecord | None:
    async with storage.transaction() as repositories:
        return await repositories.sessions.rotate(touch, presented)


async def test_a_touch_stores_time_and_address_of_its_sessions(
    storage: Storage, ana: UserRecord, bob: UserRecord
) -> None:
    first, second, idle = a_session(ana), a_session(ana), a_session(ana)
    namesake = replace(first, user_id=bob.id)
    await keep(storage, first, second, idle, namesake)

    await touch(storage, use(second, NOW), use(first, NOW - TICK))

    assert await sessions_of(storage, ana, bob) == {
        replace(first, last_active=NOW - TICK, ip_address=ADDRESS),
        replace(second, last_active=NOW, ip_address=ADDRESS),
        idle,
        namesake,
    }


async def test_a_session_of_another_user_is_not_touched(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    await touch(storage, use(session, user=bob), Touch(ana.id, new_id(), NOW, ADDRESS))

    assert await sessions_of(storage, ana, bob) == {session}


@pytest.mark.parametrize("later", [-INTERVAL, -TICK, 0 * TICK, TICK, INTERVAL - TICK])
async def test_within_the_interval_a_use_is_not_stored_again(
    storage: Storage, ana: UserRecord, later: timedelta
) -> None:
    session = a_session(ana, last_active=NOW)
    await keep(storage, session)

    await touch(storage, use(session, NOW + later))

    assert await find(storage, session) == session


async def test_after_the_interval_a_use_is_stored(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana, last_active=NOW)
    await keep(storage, session)

    await touch(storage, use(session, NOW + INTERVAL))

    assert await find(storage, session) == replace(session, last_active=NOW + INTERVAL, ip_address=ADDRESS)


async def test_of_uses_out_of_order_the_newest_is_kept(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana, last_active=NOW - timedelta(hours=9))
    await keep(storage, session)
    hours: Sequence[float] = (3, 1, 8, 2, 5)

    for hour in hours:
        await touch(storage, use(session, NOW - timedelta(hours=hour)))

    assert await find(storage, session) == replace(session, last_active=NOW - timedelta(hours=1), ip_address=ADDRESS)


@ended
async def test_a_touch_does_not_reactivate_an_ended_session(
    storage: Storage, ana: UserRecord, end: dict[str, Any]
) -> None:
    session, other = a_session(ana, **end), a_session(ana)
    await keep(storage, session, other)

    await touch(storage, use(session), use(other))

    assert await find(storage, session) == session
    assert await find(storage, other) == replace(other, last_active=NOW, ip_address=ADDRESS)


async def test_a_use_counts_at_its_own_time(storage: Storage, ana: UserRecord) -> None:
    """It may be written later: a session that was used in its last moment was active then."""
    session = a_session(ana, created_at=NOW - timedelta(days=40), last_active=NOW - IDLE)
    await keep(storage, session)

    await touch(storage, use(session, NOW - TICK))

    assert await find(storage, session) == replace(session, last_active=NOW - TICK, ip_address=ADDRESS)


async def test_an_empty_list_of_touches_runs_no_statement(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    await touch(storage)

    assert await find(storage, session) == session


async def test_a_rotation_increments_the_generation_of_one_session(
    storage: Storage, ana: UserRecord, bob: UserRecord
) -> None:
    session, other = a_session(ana, generation=4), a_session(ana, generation=4)
    namesake = replace(session, user_id=bob.id)
    await keep(storage, session, other, namesake)

    rotated = await rotate(storage, use(session), 4)

    assert rotated == replace(session, generation=5, rotated_at=NOW, last_active=NOW, ip_address=ADDRESS)
    assert await sessions_of(storage, ana, bob) == {rotated, other, namesake}


@pytest.mark.parametrize("presented", [0, 3, 5])
async def test_only_the_current_generation_rotates(storage: Storage, ana: UserRecord, presented: int) -> None:
    session = a_session(ana, generation=4)
    await keep(storage, session)

    assert await rotate(storage, use(session), presented) is None
    assert await find(storage, session) == session


async def test_a_session_of_another_user_is_not_rotated(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    assert await rotate(storage, use(session, user=bob), 0) is None
    assert await find(storage, session) == session


@ended
async def test_an_ended_session_is_not_rotated(storage: Storage, ana: UserRecord, end: dict[str, Any]) -> None:
    session = a_session(ana, **end)
    await keep(storage, session)

    assert await rotate(storage, use(session), 0) is None
    assert await find(storage, session) == session


async def test_rotations_do_not_extend_the_absolute_lifetime(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana, created_at=NOW, last_active=NOW)
    await keep(storage, session)
    days = [29, 58, 87, 89.9, 90, 91]

    won = [await rotate(storage, use(session, NOW + timedelta(days=day)), n) for n, day in enumerate(days)]

    assert [rotated is not None for rotated in won] == [day < ABSOLUTE.days for day in days]


async def test_of_fifty_concurrent_rotations_exactly_one_succeeds(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    results = await asyncio.gather(*(rotate(storage, use(session, NOW + n * TICK), 0) for n in range(50)))

    winners = [result for result in results if result is not None]
    assert len(winners) == 1
    assert await find(storage, session) == winners[0]
    assert winners[0].generation == 1


async def test_of_fifty_concurrent_revocations_exactly_one_succeeds(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    async def revoke(number: int) -> SessionRecord | None:
        async with storage.transaction() as repositories:
            reason = RevocationReason.LOGGED_OUT
            return await repositories.sessions.revoke(ana.id, session.id, reason, NOW + number * TICK)

    winners = [result for result in await asyncio.gather(*map(revoke, range(50))) if result is not None]

    assert len(winners) == 1
    assert await find(storage, session) == winners[0], "the first time stands"


async def test_a_revocation_is_never_undone_by_concurrent_uses(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    async def revoke() -> SessionRecord | None:
        async with storage.transaction() as repositories:
            return await repositories.sessions.revoke(ana.id, session.id, RevocationReason.LOGGED_OUT, NOW)

    async def refresh() -> list[SessionRecord | None]:
        return [await rotate(storage, use(session, NOW + n * INTERVAL), n) for n in range(20)]

    async def work() -> None:
        for n in range(20):
            await touch(storage, use(session, NOW + n * INTERVAL))

    revoked, _, _ = await asyncio.gather(revoke(), refresh(), work())

    assert revoked is not None
    assert await find(storage, session) == revoked, "and nothing was written after it"
