"""Forgetting: a walk deletes exactly what is due, whatever the size of its windows."""

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

FORGET = PruneCutoffs(
    revoked_before=NOW - timedelta(days=30),
    idle_before=NOW - timedelta(days=60),
    created_before=NOW - timedelta(days=120),
    occurred_before=NOW - timedelta(days=90),
)
LONG_AGO = NOW - timedelta(days=300)

DUE: list[dict[str, Any]] = [
    {"revoked_at": FORGET.revoked_before},
    {"revoked_at": LONG_AGO},
    {"last_active": FORGET.idle_before, "created_at": FORGET.created_before + TICK},
    {"last_active": NOW, "created_at": FORGET.created_before},
    {"last_active": LONG_AGO, "created_at": LONG_AGO},
]
NOT_DUE: list[dict[str, Any]] = [
    {},
    {"revoked_at": FORGET.revoked_before + TICK},
    {"revoked_at": FORGET.revoked_before + TICK, "last_active": LONG_AGO, "created_at": LONG_AGO},
    {"last_active": FORGET.idle_before + TICK, "created_at": FORGET.created_before + TICK},
]
windows = pytest.mark.parametrize("window", [1, 2, 3, 18, 19, 1000])


async def walk(storage: Storage, window: int, events: bool = False, forget: PruneCutoffs = FORGET) -> tuple[int, int]:
    """How many were deleted, and in how many steps."""
    after: tuple[Any, Any] | None = FIRST
    deleted = steps = 0
    while after is not None:
        async with storage.transaction() as repositories:
            pruning = repositories.pruning
            step: Callable[..., Any] = pruning.delete_old_events if events else pruning.delete_expired
            pruned: PrunedBatch = await step(forget, after, window)
        assert pruned.deleted <= window
        assert pruned.next is None or pruned.next > after, "a walk comes to an end"
        deleted, steps, after = deleted + pruned.deleted, steps + 1, pruned.next
    return deleted, steps


@windows
async def test_a_walk_forgets_exactly_the_sessions_that_are_due(
    storage: Storage, ana: UserRecord, bob: UserRecord, window: int
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

    deleted, steps = await walk(storage, window)

    assert deleted == len(due)
    assert await sessions_of(storage, ana, bob) == set(kept)
    assert steps == (len(due) + len(kept)) // window + 1, "each step looks at `window` rows"
    assert await events_of(storage, ana) == set(events), "events are forgotten by a walk of their own"
    assert await walk(storage, window) == (0, len(kept) // window + 1)


@windows
async def test_a_walk_forgets_exactly_the_events_that_are_due(
    storage: Storage, ana: UserRecord, bob: UserRecord, window: int
) -> None:
    ages = [FORGET.occurred_before, FORGET.occurred_before + TICK, LONG_AGO, NOW, LONG_AGO, NOW, NOW, LONG_AGO, NOW]
    events = [an_event(user, occurred_at=age) for user in (ana, bob) for age in ages]
    sessions = [a_session(ana, **DUE[0])]
    await keep_events(storage, *events)
    await keep(storage, *sessions)

    deleted, steps = await walk(storage, window, events=True)

    kept = {event for event in events if event.occurred_at > FORGET.occurred_before}
    assert await events_of(storage, ana, bob) == kept
    assert (deleted, steps) == (len(events) - len(kept), len(events) // window + 1)
    assert await sessions_of(storage, ana) == set(sessions)


async def test_a_step_deletes_nothing_outside_its_window(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    sessions = [a_session(user, **DUE[0]) for user in (ana, bob) for _ in range(3)]
    await keep(storage, *sessions)
    after = (sessions[0].user_id, sessions[0].id)

    async with storage.transaction() as repositories:
        pruned = await repositories.pruning.delete_expired(FORGET, after, 3)

    assert pruned == PrunedBatch(3, (sessions[3].user_id, sessions[3].id))
    assert await sessions_of(storage, ana, bob) == {sessions[0], sessions[4], sessions[5]}


async def test_nothing_kept_is_nothing_to_forget(storage: Storage) -> None:
    assert await walk(storage, 10) == (0, 1)
    assert await walk(storage, 10, events=True) == (0, 1)


@pytest.mark.parametrize("window", [1, 2, 1000])
async def test_old_addresses_are_forgotten_and_nothing_else(storage: Storage, ana: UserRecord, window: int) -> None:
    """Of sessions by their last use, of events by when they happened; both stay as they are otherwise."""
    forget = replace(FORGET, addresses_before=NOW - timedelta(days=7))
    week, later = NOW - timedelta(days=7), NOW - timedelta(days=7) + TICK
    old, young = a_session(ana, last_active=week), a_session(ana, last_active=later)
    then, now = an_event(ana, occurred_at=week), an_event(ana, occurred_at=later)
    await keep(storage, old, young)
    await keep_events(storage, then, now)

    assert (await walk(storage, window, forget=forget))[0] == 0
    assert (await walk(storage, window, events=True, forget=forget))[0] == 0

    assert await sessions_of(storage, ana) == {replace(old, ip_address=None), young}
    assert await events_of(storage, ana) == {replace(then, ip_address=None), now}
