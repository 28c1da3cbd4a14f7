"""Operators create users, and issue tokens with which users set their password."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sessionql.resolvers.admin.audit_log import record_admin_action
from sessionql.resolvers.admin.users import UserSelector, find_one
from sessionql.resolvers.client import UNKNOWN_CLIENT
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import AccountDisabled, EmailTaken, InvalidInput, UserNotFound
from sessionql.resolvers.events import Actor, build_event
from sessionql.resolvers.password_resets import ResetToken, issue_reset_token
from sessionql.resolvers.values.emails import email_key, normalize_email
from sessionql.storage import Repositories
from sessionql.storage.records import AdminActionKind, EventKind, UserRecord


@dataclass(frozen=True, slots=True)
class IssuedReset:
    """A user, and the token that sets the password of that user. The token is returned once."""

    user: UserRecord
    token: ResetToken


async def create_user(deps: Dependencies, actor: str, email: str) -> IssuedReset | InvalidInput | EmailTaken:
    """Create an account without a password: its user cannot log in before the first reset."""
    normalized, now = normalize_email(email, nonstandard=deps.policy.nonstandard_emails), deps.clock()
    if isinstance(normalized, InvalidInput):
        return normalized
    user = UserRecord(deps.new_id(), normalized, now, None)
    async with deps.storage.transaction() as repositories:
        if not await repositories.users.add(user, email_key(normalized), None):
            return EmailTaken("An account with this e-mail address already exists.")
        token = await issue_reset_token(deps, repositories, user.id, now)
        if token is None:
            raise AssertionError("a new account can have a reset token")
        await _record(deps, repositories, user.id, EventKind.REGISTERED, AdminActionKind.USER_CREATED, actor, now)
    return IssuedReset(user, token)


async def issue_password_reset(
    deps: Dependencies, actor: str, selector: UserSelector
) -> IssuedReset | UserNotFound | InvalidInput | AccountDisabled:
    """Issue a token that sets a new password; an older token of the user is no longer valid."""
    now = deps.clock()
    async with deps.storage.transaction() as repositories:
        user = await find_one(repositories, selector)
        if user is None:
            return UserNotFound("There is no user with this ID or e-mail address.", ("input",))
        if user.email is None:
            return InvalidInput("This user logs in at a service and has no password here.", ("input",))
        token = await issue_reset_token(deps, repositories, user.id, now)
        if token is None:
            return AccountDisabled("This account is disabled. Enable it first.", ("input",))
        kind, action = EventKind.PASSWORD_RESET_ISSUED, AdminActionKind.PASSWORD_RESET_ISSUED
        await _record(deps, repositories, user.id, kind, action, actor, now)
    return IssuedReset(user, token)


async def _record(
    deps: Dependencies,
    repositories: Repositories,
    user_id: UUID,
    kind: EventKind,
    action: AdminActionKind,
    actor: str,
    now: datetime,
) -> None:
    await repositories.events.add(build_event(deps, user_id, kind, UNKNOWN_CLIENT, now, actor=Actor(name=actor)))
    await record_admin_action(deps, repositories, actor, action, now, user_id)
