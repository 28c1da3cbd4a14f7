"""Forgetting ended sessions and old events, a small batch at a time."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from sessionql.resolvers.dependencies import Dependencies
from sessionql.storage import StorageError
from sessionql.storage.keyset_batches import FIRST
from sessionql.storage.pruning import PruneCutoffs

log = logging.getLogger("sessionql.pruning")

BATCH_SIZE = 1000
"""Rows looked at in one transaction: nobody waits long for it."""


@dataclass(frozen=True, slots=True)
class PruneResult:
    """How many rows were deleted."""

    sessions: int
    events: int


async def prune(deps: Dependencies) -> PruneResult:
    """Delete what ended, or happened, longer ago than it is to be kept. Raises StorageError."""
    now, policy = deps.clock(), deps.policy
    lifetimes = deps.storage.lifetimes
    ended_before = now - policy.keep_ended
    forget = PruneCutoffs(
        revoked_before=ended_before,
        idle_before=ended_before - lifetimes.idle,
        created_before=ended_before - lifetimes.absolute,
        occurred_before=now - policy.keep_events,
        addresses_before=None if policy.keep_addresses is None else now - policy.keep_addresses,
    )
    await _delete_expired_rate_limits(deps, now)
    sessions = await _prune_in_batches(deps, "delete_expired", forget)
    events = await _prune_in_batches(deps, "delete_old_events", forget)
    return PruneResult(sessions, events)


async def prune_every(deps: Dependencies, pause: float) -> None:
    """Prune again and again until cancelled. A database that is away is tried again."""
    while True:
        await asyncio.sleep(pause)
        try:
            forgotten = await prune(deps)
        except StorageError as error:
            log.warning("Pruning stopped early, trying again later: %s", error)
        else:
            log.info("Forgot %d sessions, %d events", forgotten.sessions, forgotten.events)


async def _delete_expired_rate_limits(deps: Dependencies, now: datetime) -> None:
    deleted = BATCH_SIZE
    while deleted == BATCH_SIZE:
        async with deps.storage.transaction() as repositories:
            deleted = await repositories.rate_limits.delete_expired(now, BATCH_SIZE)
        await asyncio.sleep(0)


async def _prune_in_batches(deps: Dependencies, step: str, forget: PruneCutoffs) -> int:
    deleted, place = 0, FIRST
    while True:
        async with deps.storage.transaction() as repositories:
            pruned = await getattr(repositories.pruning, step)(forget, place, BATCH_SIZE)
        deleted += int(pruned.deleted)
        if pruned.next is None:
            return deleted
        place = pruned.next
        # Let waiting requests have the database between two windows.
        await asyncio.sleep(0)
