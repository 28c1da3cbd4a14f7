"""Operators revoke the sessions of one user."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sessionql.resolvers.admin.audit_log import record_admin_action
from sessionql.resolvers.admin.users import UserChangeResult, find_by_id
from sessionql.resolvers.client import UNKNOWN_CLIENT
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import SessionNotFound, UserNotFound
from sessionql.resolvers.events import Actor, build_event, revocation_events
from sessionql.resolvers.values.ids import parse_id
from sessionql.storage import Repositories
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import AdminActionKind, EventKind, RevocationReason, SessionRecord

REVOKED_BY_OPERATOR = RevocationReason.REVOKED_BY_OPERATOR


async def revoke_session(
    deps: Dependencies, actor: str, user_id: str, session_id: str
) -> SessionRecord | UserNotFound | SessionNotFound:
    """Revoke one session of a user. A session that has already ended is returned unchanged."""
    parsed_id, now = parse_id(session_id), deps.clock()
    async with deps.storage.transaction() as repositories:
        user = await find_by_id(repositories, user_id)
        if user is None:
            return UserNotFound()
        revoked = parsed_id and await repositories.sessions.revoke(user.id, parsed_id, REVOKED_BY_OPERATOR, now)
        if revoked:
            kind, by = EventKind.SESSION_REVOKED, Actor(name=actor)
            await repositories.events.add(
                build_event(deps, user.id, kind, UNKNOWN_CLIENT, now, session_id=revoked.id, actor=by)
            )
            await record_admin_action(deps, repositories, actor, AdminActionKind.SESSION_REVOKED, now, user.id, 1)
            return revoked
        ended = parsed_id and await repositories.sessions.find(user.id, parsed_id)
    return ended or SessionNotFound("This user has no session with this ID.")


async def revoke_sessions(deps: Dependencies, actor: str, user_id: str) -> UserChangeResult | UserNotFound:
    """Revoke all active sessions of a user."""
    now = deps.clock()
    async with deps.storage.transaction() as repositories:
        user = await find_by_id(repositories, user_id)
        if user is None:
            return UserNotFound()
        revoked = await revoke_active(deps, repositories, user.id, REVOKED_BY_OPERATOR, actor, now)
        if revoked:
            await record_admin_action(
                deps, repositories, actor, AdminActionKind.SESSIONS_REVOKED, now, user.id, len(revoked)
            )
    return UserChangeResult(user, revoked)


async def revoke_active(
    deps: Dependencies,
    repositories: Repositories,
    user_id: UUID,
    reason: RevocationReason,
    actor: str,
    now: datetime,
) -> Sequence[UUID]:
    """Revoke all active sessions of the user and write their events. Returns the IDs of the sessions."""
    revoked = await repositories.sessions.revoke_many(user_id, SessionFilter(), None, reason, now)
    if revoked:
        events = revocation_events(deps, user_id, revoked, UNKNOWN_CLIENT, now, Actor(name=actor))
        await repositories.events.add_many(events)
    return revoked
