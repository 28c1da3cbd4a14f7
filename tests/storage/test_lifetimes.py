"""The state of a session: Python and SQL agree, to the microsecond."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessionql.storage import Lifetimes, Storage
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import SessionRecord, SessionState, UserRecord
from sessionql.storage.sessions import SessionOrder
from tests.storage.builders import ABSOLUTE, ALL, IDLE, NOW, TICK, a_session, a_user, keep, new_id

NEAR = st.sampled_from([-1_000_000, -2, -1, 0, 1, 2, 1_000_000]) | st.integers(-(10**13), 10**13)
TIMES = st.tuples(NEAR, NEAR, st.booleans())


def at(user: UserRecord, idle: int, created: int, revoked: bool) -> SessionRecord:
    """A session that is this many microseconds before each of its ends."""
    return a_session(
        user,
        last_active=NOW - IDLE + idle * TICK,
        created_at=NOW - ABSOLUTE + created * TICK,
        revoked_at=NOW if revoked else None,
    )


async def in_state(storage: Storage, user: UserRecord, state: SessionState) -> set[SessionRecord]:
    filter_ = SessionFilter(frozenset({state}))
    async with storage.reading() as repositories:
        listed = await repositories.sessions.list(user.id, filter_, SessionOrder(), ALL, NOW)
        assert await repositories.sessions.count(user.id, filter_, NOW) == len(listed)
    return set(listed)


async def assert_agreed(storage: Storage, user: UserRecord, sessions: Iterable[SessionRecord]) -> None:
    expected: dict[SessionState, set[SessionRecord]] = {state: set() for state in SessionState}
    for session in sessions:
        expected[storage.lifetimes.state(session, NOW)].add(session)
    for state in SessionState:
        assert await in_state(storage, user, state) == expected[state]


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(times=st.lists(TIMES, min_size=1, max_size=12))
async def test_python_and_sql_agree_on_every_state(storage: Storage, times: list[tuple[int, int, bool]]) -> None:
    user = replace(a_user(), email=str(new_id()))
    sessions = [at(user, *each) for each in times]
    async with storage.transaction() as repositories:
        await repositories.users.add(user, user.email, "hash")
    await keep(storage, *sessions)

    await assert_agreed(storage, user, sessions)


@pytest.mark.parametrize("idle", [-1, 0, 1])
@pytest.mark.parametrize("created", [-1, 0, 1])
async def test_a_session_is_active_until_the_microsecond_of_its_end(
    storage: Storage, ana: UserRecord, idle: int, created: int
) -> None:
    session = at(ana, idle, created, revoked=False)
    await keep(storage, session)

    active = idle == 1 and created == 1
    assert (storage.lifetimes.state(session, NOW) is SessionState.ACTIVE) == active
    await assert_agreed(storage, ana, [session])


def test_a_session_ends_at_the_earlier_of_its_ends(lifetimes: Lifetimes) -> None:
    fresh = a_session(a_user(), created_at=NOW, last_active=NOW)
    assert lifetimes.expires_at(fresh) == NOW + IDLE

    used_to_the_last = replace(fresh, last_active=NOW + ABSOLUTE - timedelta(days=1))
    assert lifetimes.expires_at(used_to_the_last) == NOW + ABSOLUTE


def test_a_revoked_session_is_revoked_even_when_expired(lifetimes: Lifetimes) -> None:
    session = a_session(a_user(), revoked_at=NOW, last_active=NOW - 2 * IDLE)

    assert lifetimes.state(session, NOW) is SessionState.REVOKED


async def test_new_settings_are_effective_at_once(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)
    strict = Storage(storage.database, Lifetimes(idle=timedelta(minutes=5), absolute=ABSOLUTE))

    assert await in_state(storage, ana, SessionState.ACTIVE) == {session}
    assert await in_state(strict, ana, SessionState.EXPIRED) == {session}
