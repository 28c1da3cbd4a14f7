"""Pruning: deletes what is expired and nothing else, in any number of batches."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from sessionql.resolvers.accounts import LogIn, login
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.pruning import PruneResult, prune, prune_every
from sessionql.resolvers.sessions import list_sessions
from sessionql.storage import Storage, StorageError
from sessionql.storage.filters import Page, SessionFilter
from sessionql.storage.records import EventKind, EventRecord, RevocationReason
from sessionql.storage.sessions import SessionOrder
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    FailingStorage,
    add_session,
    add_user,
    events_of,
    find_row,
    sign_up,
)

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
GONE = {"revocation_reason": RevocationReason.LOGGED_OUT}


async def add_event(deps: Dependencies, user_id: UUID, at: datetime) -> UUID:
    """Store an event of this time."""
    event = EventRecord(user_id, uuid7(), EventKind.LOGGED_IN, at, None, "A device", None, None)
    async with deps.storage.transaction() as repositories:
        await repositories.events.add(event)
    return event.id


async def session_ids(deps: Dependencies, user_id: UUID) -> set[UUID]:
    """Return the IDs of all stored sessions of the user."""
    page = await list_sessions(deps, user_id, SessionFilter(states=None), SessionOrder(), Page(100))
    return {session.id for session in page.items}


async def test_nothing_is_deleted_from_a_new_database(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    assert await prune(deps) == PruneResult(0, 0)
    assert await find_row(deps, ana.session) == ana.session


async def test_ended_sessions_are_deleted_at_the_exact_instant(deps: Dependencies, clock: FakeClock) -> None:
    ana, now = await add_user(deps), clock()
    due = [
        await add_session(deps, ana.id, revoked_at=now - 30 * DAY, **GONE),
        await add_session(deps, ana.id, revoked_at=now - 300 * DAY, **GONE),
        await add_session(deps, ana.id, last_active=now - 60 * DAY),
        await add_session(deps, ana.id, created_at=now - 120 * DAY),
    ]
    kept = [
        await add_session(deps, ana.id, revoked_at=now - 30 * DAY + INSTANT, **GONE),
        await add_session(deps, ana.id, revoked_at=now, **GONE),
        await add_session(deps, ana.id, last_active=now - 60 * DAY + INSTANT),
        await add_session(deps, ana.id, created_at=now - 120 * DAY + INSTANT),
        await add_session(deps, ana.id),
    ]

    assert await prune(deps) == PruneResult(4, 0)

    assert await session_ids(deps, ana.id) == {session.id for session in kept}
    assert [await find_row(deps, session) for session in kept] == kept
    clock.now += INSTANT
    assert await prune(deps) == PruneResult(3, 0), "each at its time"
    assert [await find_row(deps, session) for session in due] == [None] * 4


async def test_the_retention_of_a_revoked_session_starts_at_its_revocation(
    deps: Dependencies, clock: FakeClock
) -> None:
    ana, now = await add_user(deps), clock()
    session = await add_session(
        deps, ana.id, created_at=now - 200 * DAY, last_active=now - 150 * DAY, revoked_at=now - 29 * DAY, **GONE
    )

    assert await prune(deps) == PruneResult(0, 0)
    assert await find_row(deps, session) == session


async def test_events_are_deleted_after_exactly_ninety_days(deps: Dependencies, clock: FakeClock) -> None:
    ana, now = await add_user(deps), clock()
    for age in (90 * DAY, 91 * DAY, 900 * DAY):
        await add_event(deps, ana.id, now - age)
    kept = {await add_event(deps, ana.id, now - age) for age in (90 * DAY - INSTANT, 89 * DAY, 0 * DAY)}

    assert await prune(deps) == PruneResult(0, 3)
    assert {event.id for event in await events_of(deps, ana.id)} == kept


async def test_events_outlive_their_session(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(days=60)

    assert await prune(deps) == PruneResult(1, 0)

    assert await find_row(deps, ana.session) is None
    assert [event.session_id for event in await events_of(deps, ana.user.id)] == [ana.session.id]


async def test_retention_times_are_configurable(deps: Dependencies, clock: FakeClock) -> None:
    ana, now = await add_user(deps), clock()
    await add_session(deps, ana.id, revoked_at=now - 2 * DAY, **GONE)
    await add_event(deps, ana.id, now - 2 * DAY)

    short = replace(deps, policy=Policy(keep_ended=DAY, keep_events=DAY))

    assert await prune(deps) == PruneResult(0, 0)
    assert await prune(short) == PruneResult(1, 1)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 12, 13])
async def test_many_batches_delete_everything_expired_and_nothing_else(
    deps: Dependencies, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, batch_size: int
) -> None:
    monkeypatch.setattr("sessionql.resolvers.pruning.BATCH_SIZE", batch_size)
    now, kept = clock(), {}
    for name in ("ana", "bob", "cleo"):
        user = await add_user(deps, f"{name}@example.com")
        old = [await add_session(deps, user.id, last_active=now - 61 * DAY)]
        new = [await add_session(deps, user.id), await add_session(deps, user.id)]
        old.append(await add_session(deps, user.id, revoked_at=now - 31 * DAY, **GONE))
        for age in (91 * DAY, DAY, 92 * DAY, 93 * DAY):
            await add_event(deps, user.id, now - age)
        kept[user.id] = {session.id for session in new}

    assert await prune(deps) == PruneResult(6, 9)

    for user_id, ids in kept.items():
        assert await session_ids(deps, user_id) == ids
        assert [event.occurred_at for event in await events_of(deps, user_id)] == [now - DAY]
    assert await prune(deps) == PruneResult(0, 0)


async def test_one_transaction_contains_one_batch_only(
    deps: Dependencies, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionql.resolvers.pruning.BATCH_SIZE", 2)
    ana = await add_user(deps)
    for _ in range(5):
        await add_session(deps, ana.id, last_active=clock() - 61 * DAY)
    failing = FailingStorage(deps.storage, StorageError("broken"), failures=0)
    started = 0
    begin = failing.transaction

    def counted() -> object:
        nonlocal started
        started += 1
        failing.failures = started > 3  # one for the rate limits, and two batches
        return begin()

    monkeypatch.setattr(failing, "transaction", counted)

    with pytest.raises(StorageError):
        await prune(replace(deps, storage=cast(Storage, failing)))

    assert len(await session_ids(deps, ana.id)) == 1, "what two batches deleted stays deleted"
    assert await prune(deps) == PruneResult(1, 0)


async def test_pruning_continues_when_the_database_is_available_again(
    deps: Dependencies, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ana = await add_user(deps)
    session = await add_session(deps, ana.id, last_active=clock() - 61 * DAY)
    failing = FailingStorage(deps.storage, StorageError("broken"), failures=2)

    pruning = asyncio.create_task(prune_every(replace(deps, storage=cast(Storage, failing)), 0.001))
    async with asyncio.timeout(10):
        while "Deleted 1 sessions and 0 events" not in caplog.text:
            assert not pruning.done()
            await asyncio.sleep(0.001)
    pruning.cancel()
    with suppress(asyncio.CancelledError):
        await pruning

    assert await find_row(deps, session) is None
    assert caplog.text.count("Pruning stopped early and will be retried: broken") == 2


async def test_addresses_are_deleted_after_the_configured_time(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(days=8)
    assert await prune(deps) == PruneResult(0, 0)
    assert await find_row(deps, ana.session) == ana.session
    week = replace(deps, policy=Policy(keep_addresses=timedelta(days=7)))

    assert await prune(week) == PruneResult(0, 0)

    assert await find_row(deps, ana.session) == replace(ana.session, ip_address=None)
    assert [event.ip_address for event in await events_of(deps, ana.user.id)] == [None]


async def test_expired_rate_limits_are_deleted(deps: Dependencies, clock: FakeClock) -> None:
    await login(deps, LogIn("ana@example.com", "wrong horse"), LAPTOP)
    clock.advance(minutes=1)
    await prune(deps)

    async with deps.storage.database.reading() as tx:
        assert await tx.fetch_all(text("SELECT key FROM rate_limits"), {}) == []
