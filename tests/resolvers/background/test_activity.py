"""Last activity: written in batches, never lost, and never after a revocation."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sessionql.resolvers.accounts import PresentedCredentials, logout
from sessionql.resolvers.background.activity import Activity
from sessionql.resolvers.dependencies import Dependencies
from sessionql.storage import Storage, StorageError
from sessionql.storage.errors import StorageUnavailable
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    FailingStorage,
    add_session,
    as_requester,
    get_row,
    sign_in,
    sign_up,
)

MINUTE = timedelta(seconds=60)


class CallingStorage:
    """Storage that calls a function while a batch is written."""

    def __init__(self, storage: Storage, callback: Callable[[], None]) -> None:
        self._storage = storage
        self._happens = callback

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self._storage.transaction() as repositories:

            async def touch(*args: Any) -> None:
                await repositories.sessions.touch(*args)
                self._happens()

            yield SimpleNamespace(sessions=SimpleNamespace(touch=touch))


async def test_activity_is_written_with_its_time_and_address(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(minutes=5)

    deps.activity.record(ana.session, "203.0.113.9", clock())

    assert await get_row(deps, ana.session) == ana.session, "not before it is flushed"
    assert await deps.activity.flush() == 1
    expected = replace(ana.session, last_active=clock(), ip_address="203.0.113.9")
    assert await get_row(deps, ana.session) == expected
    assert await deps.activity.flush() == 0


@pytest.mark.parametrize(("after", "noted"), [(0, 0), (1, 0), (59.999999, 0), (60, 1), (3600, 1)])
async def test_activity_is_recorded_at_most_once_a_minute(
    deps: Dependencies, clock: FakeClock, after: float, noted: int
) -> None:
    ana = await sign_up(deps)
    clock.advance(seconds=after)

    deps.activity.record(ana.session, None, clock())

    assert await deps.activity.flush() == noted
    assert (await get_row(deps, ana.session)).last_active == (clock() if noted else ana.session.last_active)


async def test_only_the_latest_activity_of_a_session_is_written(deps: Dependencies, clock: FakeClock) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    for _ in range(50):
        clock.advance(seconds=3)
        deps.activity.record(ana.session, "203.0.113.9", clock())
    deps.activity.record(phone.session, "203.0.113.8", clock())

    assert await deps.activity.flush() == 2
    assert (await get_row(deps, ana.session)).last_active == clock()
    assert (await get_row(deps, phone.session)).ip_address == "203.0.113.8"


async def test_activity_within_a_minute_of_the_stored_one_is_not_written_again(
    deps: Dependencies, clock: FakeClock
) -> None:
    ana = await sign_up(deps)
    first = clock.advance(seconds=60)
    deps.activity.record(ana.session, "203.0.113.1", first)
    await deps.activity.flush()
    clock.advance(seconds=30)
    deps.activity.record(ana.session, "203.0.113.2", clock())
    await deps.activity.flush()

    row = await get_row(deps, ana.session)
    assert (row.last_active, row.ip_address) == (first, "203.0.113.1")


async def test_more_activity_than_one_batch_is_written_completely(
    deps: Dependencies, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionql.resolvers.background.activity.BATCH_SIZE", 2)
    ana = await sign_up(deps)
    sessions = [await add_session(deps, ana.user.id) for _ in range(5)]
    clock.advance(minutes=1)
    for session in sessions:
        deps.activity.record(session, None, clock())

    assert await deps.activity.flush() == 5
    for session in sessions:
        assert (await get_row(deps, session)).last_active == clock()


async def test_no_activity_is_lost_while_the_database_is_unavailable(
    deps: Dependencies, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionql.resolvers.background.activity.BATCH_SIZE", 2)
    ana = await sign_up(deps)
    sessions = [await add_session(deps, ana.user.id) for _ in range(3)]
    failing = FailingStorage(deps.storage, StorageUnavailable("away"), failures=2)
    activity = Activity(cast(Storage, failing), MINUTE)
    used = clock.advance(minutes=1)
    for session in sessions:
        activity.record(session, None, used)

    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            await activity.flush()
    assert await get_row(deps, sessions[0]) == sessions[0]

    clock.advance(hours=1)
    assert await activity.flush() == 3
    assert [(await get_row(deps, session)).last_active for session in sessions] == [used] * 3


async def test_a_failure_between_two_batches_keeps_the_rest_pending(
    deps: Dependencies, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionql.resolvers.background.activity.BATCH_SIZE", 1)
    ana, phone = await sign_up(deps), await sign_in(deps)
    failing = FailingStorage(deps.storage, StorageError("broken"), failures=0)
    activity = Activity(cast(Storage, CallingStorage(cast(Storage, failing), lambda: fail_next(failing))), MINUTE)
    clock.advance(minutes=1)
    activity.record(ana.session, None, clock())
    activity.record(phone.session, None, clock())

    with pytest.raises(StorageError):
        await activity.flush()

    assert await activity.flush() == 1
    for session in (ana.session, phone.session):
        assert (await get_row(deps, session)).last_active == clock()


def fail_next(storage: FailingStorage) -> None:
    """Make only the next transaction fail."""
    storage.failures = 1


async def test_activity_recorded_during_a_flush_is_not_lost(deps: Dependencies, clock: FakeClock) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    first = clock.advance(minutes=1)
    again = first + MINUTE
    happened: list[bool] = []

    def record_again() -> None:
        if not happened:
            happened.append(True)
            activity.record(ana.session, "203.0.113.9", again)
            activity.record(phone.session, "203.0.113.8", again)

    activity = Activity(cast(Storage, CallingStorage(deps.storage, record_again)), MINUTE)
    activity.record(ana.session, "192.0.2.1", first)

    assert await activity.flush() + await activity.flush() == 3
    row = await get_row(deps, ana.session)
    assert (row.last_active, row.ip_address) == (again, "203.0.113.9")
    assert (await get_row(deps, phone.session)).last_active == again


async def test_two_concurrent_flushes_write_everything_once(deps: Dependencies, clock: FakeClock) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    clock.advance(minutes=1)
    deps.activity.record(ana.session, None, clock())
    deps.activity.record(phone.session, None, clock())

    assert sum(await asyncio.gather(*(deps.activity.flush() for _ in range(4)))) == 2


async def test_activity_does_not_reactivate_a_revoked_session(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(minutes=1)
    deps.activity.record(ana.session, "203.0.113.9", clock())
    ended = await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP)

    await deps.activity.flush()

    assert await get_row(deps, ana.session) == ended


async def test_a_time_never_moves_backwards(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    earlier, later = clock.advance(minutes=1), clock.advance(minutes=5)
    deps.activity.record(ana.session, None, later)
    await deps.activity.flush()

    deps.activity.record(ana.session, "203.0.113.9", earlier)
    await deps.activity.flush()

    row = await get_row(deps, ana.session)
    assert (row.last_active, row.ip_address) == (later, None)


@pytest.mark.parametrize("error", [StorageError("broken"), StorageUnavailable("away")])
async def test_flushing_continues_when_the_database_is_available_again(
    deps: Dependencies, clock: FakeClock, caplog: pytest.LogCaptureFixture, error: StorageError
) -> None:
    caplog.set_level(logging.INFO)
    ana = await sign_up(deps)
    activity = Activity(cast(Storage, FailingStorage(deps.storage, error, failures=3)), MINUTE)
    clock.advance(minutes=1)
    activity.record(ana.session, None, clock())

    flushing = asyncio.create_task(activity.flush_every(0.001))
    async with asyncio.timeout(10):
        while (await get_row(deps, ana.session)).last_active != clock():
            assert not flushing.done()
            await asyncio.sleep(0.001)
    flushing.cancel()
    with suppress(asyncio.CancelledError):
        await flushing

    assert caplog.text.count(f"Writing the last activity failed and will be retried: {error}") == 3
