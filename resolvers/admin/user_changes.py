"""Operators disable, enable and delete users."""

from datetime import datetime
from uuid import UUID

from sessionql.resolvers.admin.audit_log import record_admin_action
from sessionql.resolvers.admin.sessions import REVOKED_BY_OPERATOR, revoke_active
from sessionql.resolvers.admin.users import UserChangeResult
from sessionql.resolvers.client import UNKNOWN_CLIENT
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import UserNotFound
from sessionql.resolvers.events import Actor, build_event
from sessionql.resolvers.values.ids import parse_id
from sessionql.storage import Repositories
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import AdminActionKind, EventKind, RevocationReason, UserRecord


async def disable_user(deps: Dependencies, actor: str, user_id: str) -> UserChangeResult | UserNotFound:
    """Revoke all sessions of a user and reject later log-ins to the account."""
    parsed_id, now = parse_id(user_id), deps.clock()
    if parsed_id is None:
        return UserNotFound()
    async with deps.storage.transaction() as repositories:
        # The first statement locks the user's row: a concurrent log-in commits before it or sees the disabled user.
        changed = await repositories.users.disable(parsed_id, now)
        user = await repositories.users.find(parsed_id)
        if user is None:
            return UserNotFound()
        if not changed:
            return UserChangeResult(user)
        revoked = await revoke_active(deps, repositories, parsed_id, RevocationReason.USER_DISABLED, actor, now)
        await _add_event(deps, repositories, parsed_id, EventKind.USER_DISABLED, actor, now)
        await record_admin_action(
            deps, repositories, actor, AdminActionKind.USER_DISABLED, now, parsed_id, len(revoked)
        )
    return UserChangeResult(user, revoked)


async def enable_user(deps: Dependencies, actor: str, user_id: str) -> UserRecord | UserNotFound:
    """Accept log-ins to a disabled account again. Its revoked sessions stay revoked."""
    parsed_id, now = parse_id(user_id), deps.clock()
    if parsed_id is None:
        return UserNotFound()
    async with deps.storage.transaction() as repositories:
        if await repositories.users.enable(parsed_id):
            await _add_event(deps, repositories, parsed_id, EventKind.USER_ENABLED, actor, now)
            await record_admin_action(deps, repositories, actor, AdminActionKind.USER_ENABLED, now, parsed_id)
        user = await repositories.users.find(parsed_id)
    return user or UserNotFound()


async def delete_user(deps: Dependencies, actor: str, user_id: str) -> UserChangeResult | UserNotFound:
    """Delete a user with all sessions and events. The audit log keeps the action with the user's ID only."""
    parsed_id, now = parse_id(user_id), deps.clock()
    if parsed_id is None:
        return UserNotFound()
    async with deps.storage.transaction() as repositories:
        # Lock rows in the same order as log-ins and refreshes do (user, then sessions), which prevents deadlocks.
        await repositories.users.disable(parsed_id, now)
        user = await repositories.users.find(parsed_id)
        revoked = await repositories.sessions.revoke_many(parsed_id, SessionFilter(), None, REVOKED_BY_OPERATOR, now)
        if user is None or not await repositories.users.delete(parsed_id):
            return UserNotFound()
        await record_admin_action(deps, repositories, actor, AdminActionKind.USER_DELETED, now, parsed_id, len(revoked))
    return UserChangeResult(user, revoked)


async def _add_event(
    deps: Dependencies, repositories: Repositories, user_id: UUID, kind: EventKind, actor: str, now: datetime
) -> None:
    await repositories.events.add(build_event(deps, user_id, kind, UNKNOWN_CLIENT, now, actor=Actor(name=actor)))
