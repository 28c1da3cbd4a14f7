"""Revoke the sessions of all users, for example after a breach."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sessionql.resolvers.admin.audit_log import record_admin_action
from sessionql.resolvers.client import UNKNOWN_CLIENT
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.events import Actor, revocation_events
from sessionql.storage import Repositories
from sessionql.storage.keyset_batches import FIRST
from sessionql.storage.records import AdminActionKind, EventRecord

BATCH_SIZE = 1000
"""Rows read in one transaction: few enough that other transactions wait only briefly."""


async def revoke_all_users_sessions(deps: Dependencies, actor: str) -> int:
    """Revoke every active session that was created before the call, in batches. Returns how many.

    Each batch is committed separately: after a failure, call again to continue. Raises StorageError.
    """
    created_until, cursor, count = deps.clock(), FIRST, 0
    last_user: UUID | None = None
    while True:
        async with deps.storage.transaction() as repositories:
            batch = await repositories.bulk_revocation.revoke(created_until, deps.clock(), cursor, BATCH_SIZE)
            last_user = await _write_events(deps, repositories, batch.sessions, actor, last_user)
            count += len(batch.sessions)
            if batch.next is None:
                kind = AdminActionKind.EVERY_SESSION_REVOKED
                await record_admin_action(deps, repositories, actor, kind, created_until, None, count)
                return count
        cursor = batch.next
        # Let waiting requests use the database between two batches.
        await asyncio.sleep(0)


async def _write_events(
    deps: Dependencies,
    repositories: Repositories,
    revoked: Sequence[tuple[UUID, UUID]],
    actor: str,
    last_user: UUID | None,
) -> UUID | None:
    """Write the events of a batch. Returns its last user, whose other sessions may be in the next batch."""
    by_user: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for user_id, session_id in sorted(revoked):
        by_user[user_id].append(session_id)
    now, events = deps.clock(), list[EventRecord]()
    for user_id, ids in by_user.items():
        of_user = revocation_events(deps, user_id, ids, UNKNOWN_CLIENT, now, Actor(name=actor))
        # The last event is about the account: write it once per user, even if two batches share the user's sessions.
        events += of_user[:-1] if user_id == last_user else of_user
    if events:
        await repositories.events.add_many(events)
    return max(by_user, default=last_user)
