"""What operators do to users: look them up, end their sessions, disable, enable and delete them.

Whoever calls has made sure that an operator asks. `actor` is the name they go by: each change leaves
it in the user's events, and in the operations, which outlive the user. What is so already stays as it
is: that is a success, and leaves no trace.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidArgument, SessionNotFound, UserNotFound
from sessionql.resolvers.events import build_event, revocation_events
from sessionql.resolvers.requester import ClientInfo
from sessionql.resolvers.values.emails import email_key, normalize_email
from sessionql.resolvers.values.ids import parse_id
from sessionql.resolvers.values.paging import check_size
from sessionql.storage import Repositories
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import (
    AdminActionKind,
    AdminActionRecord,
    EventKind,
    RevocationReason,
    SessionRecord,
    UserRecord,
)

# An operator's address and program are not for the user to see.
NO_CLIENT = ClientInfo(None, None)
REVOKED_BY_OPERATOR = RevocationReason.REVOKED_BY_OPERATOR


@dataclass(frozen=True, slots=True)
class UserSelector:
    """What names a user: one of these."""

    id: str | None = None
    email: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class UserChangeResult:
    """The user as they are now (or were, when deleted), and the sessions that were ended."""

    user: UserRecord
    revoked: Sequence[UUID] = ()


async def find_user(deps: Dependencies, lookup: UserSelector) -> UserRecord | None:
    """The user of this id, e-mail address or subject."""
    async with deps.storage.reading() as repositories:
        users = repositories.users
        if lookup.subject is not None:
            return await users.find_by_subject(lookup.subject) if lookup.subject.isprintable() else None
        if lookup.email is not None:
            email = normalize_email(lookup.email)
            return await users.find_by_email(email_key(email)) if isinstance(email, str) else None
        user_id = parse_id(lookup.id or "")
        return None if user_id is None else await users.find(user_id)


async def list_admin_actions(deps: Dependencies, first: int, before: str | None) -> Sequence[AdminActionRecord]:
    """What operators did, newest first. Raises InvalidArgument."""
    check_size("first", first, deps.policy.list_size)
    older_than = None if before is None else parse_id(before)
    if before is not None and older_than is None:
        raise InvalidArgument("`before` is the ID of an operation.")
    async with deps.storage.reading() as repositories:
        return await repositories.admin_actions.list(first, older_than)


async def revoke_session(
    deps: Dependencies, actor: str, user_id: str, session_id: str
) -> SessionRecord | UserNotFound | SessionNotFound:
    """End one session of a user."""
    wanted, now = parse_id(session_id), deps.clock()
    async with deps.storage.transaction() as repositories:
        user = await _find(repositories, user_id)
        if user is None:
            return UserNotFound()
        session = wanted and await repositories.sessions.revoke(user.id, wanted, REVOKED_BY_OPERATOR, now)
        if session:
            kind = EventKind.SESSION_REVOKED
            await repositories.events.add(
                build_event(deps, user.id, kind, NO_CLIENT, now, session_id=session.id, actor_name=actor)
            )
            await record_admin_action(deps, repositories, actor, AdminActionKind.SESSION_REVOKED, now, user.id, 1)
            return session
        ended = wanted and await repositories.sessions.find(user.id, wanted)
    return ended or SessionNotFound("This user has no session with this ID.")


async def revoke_sessions(deps: Dependencies, actor: str, user_id: str) -> UserChangeResult | UserNotFound:
    """End all sessions of a user."""
    now = deps.clock()
    async with deps.storage.transaction() as repositories:
        user = await _find(repositories, user_id)
        if user is None:
            return UserNotFound()
        ended = await _revoke_all(deps, repositories, user.id, REVOKED_BY_OPERATOR, actor, now)
        if ended:
            await record_admin_action(
                deps, repositories, actor, AdminActionKind.SESSIONS_REVOKED, now, user.id, len(ended)
            )
    return UserChangeResult(user, ended)


async def disable_user(deps: Dependencies, actor: str, user_id: str) -> UserChangeResult | UserNotFound:
    """End all sessions of a user, and let nobody log in to the account any more."""
    wanted, now = parse_id(user_id), deps.clock()
    if wanted is None:
        return UserNotFound()
    async with deps.storage.transaction() as repositories:
        # First: log-ins wait here for us, or we for them, so that none slips through in between.
        changed = await repositories.users.disable(wanted, now)
        user = await repositories.users.find(wanted)
        if user is None:
            return UserNotFound()
        if not changed:
            return UserChangeResult(user)
        ended = await _revoke_all(deps, repositories, wanted, RevocationReason.USER_DISABLED, actor, now)
        kind = EventKind.USER_DISABLED
        await repositories.events.add(build_event(deps, wanted, kind, NO_CLIENT, now, actor_name=actor))
        await record_admin_action(deps, repositories, actor, AdminActionKind.USER_DISABLED, now, wanted, len(ended))
    return UserChangeResult(user, ended)


async def enable_user(deps: Dependencies, actor: str, user_id: str) -> UserRecord | UserNotFound:
    """Let the owner of a disabled account log in again. Their sessions stay ended."""
    wanted, now = parse_id(user_id), deps.clock()
    if wanted is None:
        return UserNotFound()
    async with deps.storage.transaction() as repositories:
        if await repositories.users.enable(wanted):
            kind = EventKind.USER_ENABLED
            await repositories.events.add(build_event(deps, wanted, kind, NO_CLIENT, now, actor_name=actor))
            await record_admin_action(deps, repositories, actor, AdminActionKind.USER_ENABLED, now, wanted)
        user = await repositories.users.find(wanted)
    return user or UserNotFound()


async def delete_user(deps: Dependencies, actor: str, user_id: str) -> UserChangeResult | UserNotFound:
    """Forget a user with all sessions and events. Only the operation is left, and names nothing but the id."""
    wanted, now = parse_id(user_id), deps.clock()
    if wanted is None:
        return UserNotFound()
    async with deps.storage.transaction() as repositories:
        # In the order in which log-ins and refreshes lock rows, so that none waits for us in a circle.
        await repositories.users.disable(wanted, now)
        user = await repositories.users.find(wanted)
        ended = await repositories.sessions.revoke_many(wanted, SessionFilter(), None, REVOKED_BY_OPERATOR, now)
        if user is None or not await repositories.users.delete(wanted):
            return UserNotFound()
        await record_admin_action(deps, repositories, actor, AdminActionKind.USER_DELETED, now, wanted, len(ended))
    return UserChangeResult(user, ended)


async def record_admin_action(
    deps: Dependencies,
    repositories: Repositories,
    actor: str,
    kind: AdminActionKind,
    now: datetime,
    user_id: UUID | None = None,
    revoked_count: int = 0,
) -> None:
    """Write down what an operator did, in the transaction that does it."""
    operation = AdminActionRecord(deps.new_id(), now, actor, kind, user_id, revoked_count)
    await repositories.admin_actions.add(operation)


async def _find(repositories: Repositories, user_id: str) -> UserRecord | None:
    wanted = parse_id(user_id)
    return None if wanted is None else await repositories.users.find(wanted)


async def _revoke_all(
    deps: Dependencies,
    repositories: Repositories,
    user_id: UUID,
    reason: RevocationReason,
    actor: str,
    now: datetime,
) -> Sequence[UUID]:
    ended = await repositories.sessions.revoke_many(user_id, SessionFilter(), None, reason, now)
    if ended:
        happened = revocation_events(deps, user_id, ended, NO_CLIENT, now, actor_name=actor)
        await repositories.events.add_many(happened)
    return ended
