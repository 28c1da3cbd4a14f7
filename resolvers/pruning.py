"""Forgetting ended sessions and old events, a small batch at a time."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from sessionql.resolvers.dependencies import Services
from sessionql.storage import StorageError
from sessionql.storage.keyset_batches import START
from sessionql.storage.pruning import Forget

log = logging.getLogger("sessionql.pruning")

WINDOW = 1000
"""Rows looked at in one transaction: nobody waits long for it."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows were deleted."""

    sessions: int
    events: int


async def prune(services: Services) -> Forgotten:
    """Delete what ended, or happened, longer ago than it is to be kept. Raises StorageError."""
    now, policy = services.clock(), services.policy
    lifetimes = services.storage.lifetimes
    ended_before = now - policy.keep_ended
    forget = Forget(
        revoked_before=ended_before,
        idle_before=ended_before - lifetimes.idle,
        born_before=ended_before - lifetimes.absolute,
        happened_before=now - policy.keep_events,
        addresses_before=None if policy.keep_addresses is None else now - policy.keep_addresses,
    )
    await _forget_attempts(services, now)
    sessions = await _walk(services, "delete_expired", forget)
    events = await _walk(services, "delete_old_events", forget)
    return Forgotten(sessions, events)


async def prune_every(services: Services, pause: float) -> None:
    """Prune again and again until cancelled. A database that is away is tried again."""
    while True:
        await asyncio.sleep(pause)
        try:
            forgotten = await prune(services)
        except StorageError as error:
            log.warning("Pruning stopped early, trying again later: %s", error)
        else:
            log.info("Forgot %d sessions, %d events", forgotten.sessions, forgotten.events)


async def _forget_attempts(services: Services, now: datetime) -> None:
    deleted = WINDOW
    while deleted == WINDOW:
        async with services.storage.transaction() as repositories:
            deleted = await repositories.attempts.delete_old(now, WINDOW)
        await asyncio.sleep(0)


async def _walk(services: Services, step: str, forget: Forget) -> int:
    deleted, place = 0, START
    while True:
        async with services.storage.transaction() as repositories:
            pruned = await getattr(repositories.pruning, step)(forget, place, WINDOW)
        deleted += int(pruned.deleted)
        if pruned.next is None:
            return deleted
        place = pruned.next
        # Let waiting requests have the database between two windows.
        await asyncio.sleep(0)
