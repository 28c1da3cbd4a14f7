"""Ending everybody's sessions: after a breach, or when in doubt of one."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sessionql.resolvers.admin import UNSEEN, note
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.events import revocations
from sessionql.storage import Repositories
from sessionql.storage.keyset_batches import START
from sessionql.storage.records import EventRecord, OperationKind

WINDOW = 1000
"""Rows looked at in one transaction: nobody waits long for it."""


async def revoke_everyone(services: Services, actor: str) -> int:
    """End every session that began before now, window by window; say how many. Raises StorageError.

    Each window stands once it is over: whoever calls again after a failure goes on.
    """
    born_by, place, count = services.clock(), START, 0
    told: UUID | None = None
    while True:
        async with services.storage.transaction() as repositories:
            window = await repositories.everyone.revoke(born_by, services.clock(), place, WINDOW)
            told = await _tell(services, repositories, window.sessions, actor, told)
            count += len(window.sessions)
            if window.next is None:
                await note(services, repositories, actor, OperationKind.EVERY_SESSION_REVOKED, born_by, None, count)
                return count
        place = window.next
        # Let waiting requests have the database between two windows.
        await asyncio.sleep(0)


async def _tell(
    services: Services,
    repositories: Repositories,
    ended: Sequence[tuple[UUID, UUID]],
    actor: str,
    told: UUID | None,
) -> UUID | None:
    """Write the events of a window, and say who comes last: the next window may begin with their sessions."""
    by_user: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for user_id, session_id in sorted(ended):
        by_user[user_id].append(session_id)
    now, happened = services.clock(), list[EventRecord]()
    for user_id, ids in by_user.items():
        events = revocations(services, user_id, ids, UNSEEN, now, actor_name=actor)
        # The last is about the account: once for each, though two windows share its sessions.
        happened += events[:-1] if user_id == told else events
    if happened:
        await repositories.events.add_many(happened)
    return max(by_user, default=told)
