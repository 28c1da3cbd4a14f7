"""Delete ended sessions, old events and old IP addresses, in small batches."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sessionql.resolvers.dependencies import Dependencies
from sessionql.storage import Repositories, StorageError
from sessionql.storage.keyset_batches import FIRST, Cursor
from sessionql.storage.pruning import PruneCutoffs, PrunedBatch

log = logging.getLogger("sessionql.pruning")

BATCH_SIZE = 1000
"""Rows read in one transaction: few enough that other transactions wait only briefly."""

RATE_LIMITS_INTERVAL = 60.0
"""In seconds."""

PruneBatch = Callable[[Repositories, Cursor], Awaitable[PrunedBatch]]


@dataclass(frozen=True, slots=True)
class PruneResult:
    """How many sessions and events were deleted."""

    sessions: int
    events: int


async def prune(deps: Dependencies) -> PruneResult:
    """Delete the sessions and events that are older than the policy keeps them. Raises StorageError."""
    now, policy = deps.clock(), deps.policy
    lifetimes = deps.storage.lifetimes
    ended_before = now - policy.keep_ended
    cutoffs = PruneCutoffs(
        revoked_before=ended_before,
        idle_before=ended_before - lifetimes.idle,
        created_before=ended_before - lifetimes.absolute,
        occurred_before=now - policy.keep_events,
        addresses_before=None if policy.keep_addresses is None else now - policy.keep_addresses,
    )
    await _delete_expired_rate_limits(deps, now)
    size = BATCH_SIZE
    sessions = await _prune_in_batches(
        deps, lambda repositories, after: repositories.pruning.delete_expired(cutoffs, after, size)
    )
    events = await _prune_in_batches(
        deps, lambda repositories, after: repositories.pruning.delete_old_events(cutoffs, after, size)
    )
    return PruneResult(sessions, events)


async def prune_every(deps: Dependencies, interval: float) -> None:
    """Prune every `interval` seconds until cancelled. Continues after a StorageError."""
    while True:
        await asyncio.sleep(interval)
        try:
            deleted = await prune(deps)
        except StorageError as error:
            log.warning("Pruning stopped early and will be retried: %s", error)
        else:
            log.info("Deleted %d sessions and %d events", deleted.sessions, deleted.events)


async def delete_rate_limits_every(deps: Dependencies, interval: float = RATE_LIMITS_INTERVAL) -> None:
    """Delete the rate limits that are over every `interval` seconds until cancelled, so that their number is bounded.

    Every attempt adds some, and an address may have only so many attempts in a minute. Continues after a StorageError.
    """
    while True:
        await asyncio.sleep(interval)
        with suppress(StorageError):  # `prune_every` reports it.
            await _delete_expired_rate_limits(deps, deps.clock())


async def _delete_expired_rate_limits(deps: Dependencies, now: datetime) -> None:
    deleted = BATCH_SIZE
    while deleted == BATCH_SIZE:
        async with deps.storage.transaction() as repositories:
            deleted = await repositories.rate_limits.delete_expired(now, BATCH_SIZE)
        await asyncio.sleep(0)


async def _prune_in_batches(deps: Dependencies, prune_batch: PruneBatch) -> int:
    deleted, cursor = 0, FIRST
    while True:
        async with deps.storage.transaction() as repositories:
            batch = await prune_batch(repositories, cursor)
        deleted += int(batch.deleted)
        if batch.next is None:
            return deleted
        cursor = batch.next
        # Let waiting requests use the database between two batches.
        await asyncio.sleep(0)
