"""Ending everybody's sessions: after a breach, or when in doubt of one."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sessionql.resolvers.admin import NO_CLIENT, record_admin_action
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.events import revocation_events
from sessionql.storage import Repositories
from sessionql.storage.keyset_batches import FIRST
from sessionql.storage.records import AdminActionKind, EventRecord

BATCH_SIZE = 1000
"""Rows looked at in one transaction: nobody waits long for it."""


async def revoke_all_users_sessions(deps: Dependencies, actor: str) -> int:
    """End every session that began before now, window by window; say how many. Raises StorageError.

    Each window stands once it is over: whoever calls again after a failure goes on.
    """
    born_by, place, count = deps.clock(), FIRST, 0
    told: UUID | None = None
    while True:
        async with deps.storage.transaction() as repositories:
            window = await repositories.bulk_revocation.revoke(born_by, deps.clock(), place, BATCH_SIZE)
            told = await _write_events(deps, repositories, window.sessions, actor, told)
            count += len(window.sessions)
            if window.next is None:
                await record_admin_action(
                    deps, repositories, actor, AdminActionKind.EVERY_SESSION_REVOKED, born_by, None, count
                )
                return count
        place = window.next
        # Let waiting requests have the database between two windows.
        await asyncio.sleep(0)


async def _write_events(
    deps: Dependencies,
    repositories: Repositories,
    ended: Sequence[tuple[UUID, UUID]],
    actor: str,
    told: UUID | None,
) -> UUID | None:
    """Write the events of a window, and say who comes last: the next window may begin with their sessions."""
    by_user: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for user_id, session_id in sorted(ended):
        by_user[user_id].append(session_id)
    now, happened = deps.clock(), list[EventRecord]()
    for user_id, ids in by_user.items():
        events = revocation_events(deps, user_id, ids, NO_CLIENT, now, actor_name=actor)
        # The last is about the account: once for each, though two windows share its sessions.
        happened += events[:-1] if user_id == told else events
    if happened:
        await repositories.events.add_many(happened)
    return max(by_user, default=told)
