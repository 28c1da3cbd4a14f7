"""Revocation of the sessions of all users: the active ones that were created before, in batches of any size."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from sessionql.storage import Storage
from sessionql.storage.keyset_batches import FIRST
from sessionql.storage.records import RevocationReason, SessionRecord, UserRecord
from sessionql.storage.sessions import Touch
from tests.storage.builders import (
    IDLED_OUT,
    NOW,
    REVOKED,
    TICK,
    TOO_OLD,
    a_session,
    keep,
    sessions_of,
)

BY_OPERATOR = RevocationReason.REVOKED_BY_OPERATOR


def ended(session: SessionRecord) -> SessionRecord:
    return replace(session, revoked_at=NOW, revocation_reason=BY_OPERATOR)


async def run_batches(
    storage: Storage, size: int = 1000, created_until: datetime = NOW
) -> tuple[list[tuple[UUID, UUID]], int]:
    """Return the revoked sessions and the number of batches."""
    cursor, found, steps = FIRST, list[tuple[UUID, UUID]](), 0
    while True:
        async with storage.transaction() as repositories:
            step = await repositories.bulk_revocation.revoke(created_until, NOW, cursor, size)
        assert len(step.sessions) <= size
        found, steps = [*found, *step.sessions], steps + 1
        if step.next is None:
            return found, steps
        assert step.next > cursor, "the batches end"
        cursor = step.next


@pytest.mark.parametrize("size", [1, 2, 3, 9, 10, 11, 1000])
async def test_all_batches_revoke_every_active_session_and_no_other(
    storage: Storage, ana: UserRecord, bob: UserRecord, size: int
) -> None:
    active = [a_session(user) for _ in range(2) for user in (ana, bob)]
    over = [a_session(user, **state) for user in (ana, bob) for state in (REVOKED, IDLED_OUT, TOO_OLD)]
    await keep(storage, *active, *over)

    found, steps = await run_batches(storage, size)

    assert sorted(found) == sorted((each.user_id, each.id) for each in active)
    assert await sessions_of(storage, ana, bob) == {*map(ended, active), *over}
    assert steps == 10 // size + 1
    assert (await run_batches(storage, size))[0] == [], "all have ended"


async def test_sessions_that_were_created_later_stay(storage: Storage, ana: UserRecord) -> None:
    created_until = NOW - timedelta(minutes=1)
    on_time = a_session(ana, created_at=created_until)
    late = a_session(ana, created_at=created_until + TICK)
    await keep(storage, on_time, late)

    assert (await run_batches(storage, created_until=created_until))[0] == [(ana.id, on_time.id)]

    assert await sessions_of(storage, ana) == {ended(on_time), late}


async def test_without_sessions_nothing_is_revoked(storage: Storage) -> None:
    assert await run_batches(storage, 1) == ([], 1)


async def test_it_never_deadlocks_with_other_writers_of_the_same_rows(
    storage: Storage, ana: UserRecord, bob: UserRecord
) -> None:
    """On PostgreSQL, rows that are locked in their physical order would cause a deadlock error after a second."""
    for _ in range(25):
        sessions = [a_session(user) for _ in range(12) for user in (ana, bob)]
        await keep(storage, *reversed(sessions))
        uses = [Touch(session.user_id, session.id, NOW, None) for session in sessions]

        async def touch() -> None:
            async with storage.transaction() as repositories:
                await repositories.sessions.touch(uses, timedelta(seconds=60))  # noqa: B023 - awaited below

        await asyncio.gather(touch(), run_batches(storage), touch(), run_batches(storage, 7), run_batches(storage, 5))

    assert {session.revoked_at for session in await sessions_of(storage, ana, bob)} == {NOW}
