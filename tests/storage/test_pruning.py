"""Pruning deletes exactly the rows that are due, in batches of any size."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sessionql.storage import Storage
from sessionql.storage.keyset_batches import FIRST
from sessionql.storage.pruning import PruneCutoffs, PrunedBatch
from sessionql.storage.records import SessionRecord, UserRecord
from tests.storage.builders import NOW, TICK, a_session, an_event, events_of, keep, keep_events, sessions_of

CUTOFFS = PruneCutoffs(
    revoked_before=NOW - timedelta(days=30),
    idle_before=NOW - timedelta(days=60),
    created_before=NOW - timedelta(days=120),
    occurred_before=NOW - timedelta(days=90),
)
LONG_AGO = NOW - timedelta(days=300)

DUE: list[dict[str, Any]] = [
    {"revoked_at": CUTOFFS.revoked_before},
    {"revoked_at": LONG_AGO},
    {"last_active": CUTOFFS.idle_before, "created_at": CUTOFFS.created_before + TICK},
    {"last_active": NOW, "created_at": CUTOFFS.created_before},
    {"last_active": LONG_AGO, "created_at": LONG_AGO},
]
NOT_DUE: list[dict[str, Any]] = [
    {},
    {"revoked_at": CUTOFFS.revoked_before + TICK},
    {"revoked_at": CUTOFFS.revoked_before + TICK, "last_active": LONG_AGO, "created_at": LONG_AGO},
    {"last_active": CUTOFFS.idle_before + TICK, "created_at": CUTOFFS.created_before + TICK},
]
sizes = pytest.mark.parametrize("size", [1, 2, 3, 18, 19, 1000])


async def run_batches(
    storage: Storage, size: int, events: bool = False, cutoffs: PruneCutoffs = CUTOFFS
) -> tuple[int, int]:
    """Return the number of deleted rows and of batches."""
    after: tuple[Any, Any] | None = FIRST
    deleted = steps = 0
    while after is not None:
        async with storage.transaction() as repositories:
            pruning = repositories.pruning
            step: Callable[..., Any] = pruning.delete_old_events if events else pruning.delete_expired
            pruned: PrunedBatch = await step(cutoffs, after, size)
        assert pruned.deleted <= size
        assert pruned.next is None or pruned.next > after, "the batches end"
        deleted, steps, after = deleted + pruned.deleted, steps + 1, pruned.next
    return deleted, steps


@sizes
async def test_all_batches_delete_exactly_the_sessions_that_are_due(
    storage: Storage, ana: UserRecord, bob: UserRecord, size: int
) -> None:
    due: list[SessionRecord] = []
    kept: list[SessionRecord] = []
    for user in (ana, bob):
        for n in range(len(DUE)):
            due.append(a_session(user, **DUE[n]))
            kept += [a_session(user, **NOT_DUE[n])] if n < len(NOT_DUE) else []
    events = [an_event(ana, occurred_at=LONG_AGO)]
    await keep(storage, *due, *kept)
    await keep_events(storage, *events)

    deleted, steps = await run_batches(storage, size)

    assert deleted == len(due)
    assert await sessions_of(storage, ana, bob) == set(kept)
    assert steps == (len(due) + len(kept)) // size + 1, "each step reads `size` rows"
    assert await events_of(storage, ana) == set(events), "events are pruned by their own step"
    assert await run_batches(storage, size) == (0, len(kept) // size + 1)


@sizes
async def test_all_batches_delete_exactly_the_events_that_are_due(
    storage: Storage, ana: UserRecord, bob: UserRecord, size: int
) -> None:
    ages = [CUTOFFS.occurred_before, CUTOFFS.occurred_before + TICK, LONG_AGO, NOW, LONG_AGO, NOW, NOW, LONG_AGO, NOW]
    events = [an_event(user, occurred_at=age) for user in (ana, bob) for age in ages]
    sessions = [a_session(ana, **DUE[0])]
    await keep_events(storage, *events)
    await keep(storage, *sessions)

    deleted, steps = await run_batches(storage, size, events=True)

    kept = {event for event in events if event.occurred_at > CUTOFFS.occurred_before}
    assert await events_of(storage, ana, bob) == kept
    assert (deleted, steps) == (len(events) - len(kept), len(events) // size + 1)
    assert await sessions_of(storage, ana) == set(sessions)


async def test_a_batch_deletes_nothing_outside_its_range(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    sessions = [a_session(user, **DUE[0]) for user in (ana, bob) for _ in range(3)]
    await keep(storage, *sessions)
    after = (sessions[0].user_id, sessions[0].id)

    async with storage.transaction() as repositories:
        pruned = await repositories.pruning.delete_expired(CUTOFFS, after, 3)

    assert pruned == PrunedBatch(3, (sessions[3].user_id, sessions[3].id))
    assert await sessions_of(storage, ana, bob) == {sessions[0], sessions[4], sessions[5]}


async def test_an_empty_table_has_nothing_to_delete(storage: Storage) -> None:
    assert await run_batches(storage, 10) == (0, 1)
    assert await run_batches(storage, 10, events=True) == (0, 1)


@pytest.mark.parametrize("size", [1, 2, 1000])
async def test_old_addresses_are_deleted_and_nothing_else(storage: Storage, ana: UserRecord, size: int) -> None:
    """Of sessions by their last use, of events by their time. All other values stay."""
    cutoffs = replace(CUTOFFS, addresses_before=NOW - timedelta(days=7))
    week, later = NOW - timedelta(days=7), NOW - timedelta(days=7) + TICK
    old, young = a_session(ana, last_active=week), a_session(ana, last_active=later)
    then, now = an_event(ana, occurred_at=week), an_event(ana, occurred_at=later)
    await keep(storage, old, young)
    await keep_events(storage, then, now)

    assert (await run_batches(storage, size, cutoffs=cutoffs))[0] == 0
    assert (await run_batches(storage, size, events=True, cutoffs=cutoffs))[0] == 0

    assert await sessions_of(storage, ana) == {replace(old, ip_address=None), young}
    assert await events_of(storage, ana) == {replace(then, ip_address=None), now}
