"""Re-authentication and change of the password. Both make the session as fresh as a log-in does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sessionql.resolvers.accounts import current_user
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidCredentials, InvalidInput, RateLimited
from sessionql.resolvers.events import record_event, record_revocations
from sessionql.resolvers.password_checks import PasswordCheck, VerifiedPassword, check_password
from sessionql.resolvers.rate_limits import limited, record_success, session_limits
from sessionql.resolvers.requester import Requester, Unauthenticated
from sessionql.resolvers.token_pairs import TokenPair, issue_tokens
from sessionql.storage import Repositories
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import EventKind, RevocationReason, SessionRecord


@dataclass(frozen=True, slots=True, repr=False)
class PasswordChange:
    """The input of a password change."""

    current: str
    new: str
    keep_other_sessions: bool = False


@dataclass(frozen=True, slots=True)
class ReauthenticationResult:
    """The session with its new tokens, and the IDs of the other sessions that were revoked."""

    session: SessionRecord
    tokens: TokenPair
    revoked: Sequence[UUID] = ()


@limited
async def reauthenticate(
    deps: Dependencies, requester: Requester, password: str, client: ClientInfo
) -> ReauthenticationResult | InvalidCredentials | RateLimited:
    """Check the password again. Replaces older access tokens, but not the refresh token.

    Another tab may be exchanging the refresh token at the same time: two successors would be two token families.
    """
    async with check_password(deps, _password_check(deps, requester, password), client) as checked:
        if not isinstance(checked, VerifiedPassword):
            return _with_path(checked, "password")
        return await _reauthenticate(deps, requester, checked, client)


async def _reauthenticate(
    deps: Dependencies, requester: Requester, checked: VerifiedPassword, client: ClientInfo
) -> ReauthenticationResult:
    now, session = deps.clock(), requester.session
    async with deps.storage.transaction() as repositories:
        authenticated_at = next_authentication_time(session, now)
        updated = await repositories.sessions.reauthenticate(session.user_id, session.id, authenticated_at, now)
        if updated is None:
            raise Unauthenticated(rejected=True)
        await record_event(deps, repositories, updated, EventKind.REAUTHENTICATED, client, now)
        await record_success(deps, repositories, checked.attempts, session.user_id, client, now)
    return ReauthenticationResult(updated, issue_tokens(deps, updated, now))


@limited
async def change_password(
    deps: Dependencies, requester: Requester, change: PasswordChange, client: ClientInfo
) -> ReauthenticationResult | InvalidCredentials | InvalidInput | RateLimited:
    """Set a new password. Replaces all older tokens of the session and, unless kept, revokes all other sessions."""
    user = await current_user(deps, requester)
    context = (user.email or "" if user else "", deps.tokens.issuer)
    with deps.passwords.place(reserved=True):
        weak = await deps.passwords.check_new(change.new, ("input", "newPassword"), context)
    if weak:
        return weak
    async with check_password(deps, _password_check(deps, requester, change.current), client) as checked:
        if not isinstance(checked, VerifiedPassword):
            return _with_path(checked, "currentPassword")
        return await _change_password(deps, requester, change, checked, client)


async def _change_password(
    deps: Dependencies, requester: Requester, change: PasswordChange, checked: VerifiedPassword, client: ClientInfo
) -> ReauthenticationResult | InvalidCredentials | RateLimited:
    new_hash = await deps.passwords.hash(change.new)
    now, session, old_hash = deps.clock(), requester.session, checked.credentials.password_hash
    async with deps.storage.transaction() as repositories:
        if not await repositories.users.replace_password(session.user_id, old_hash, new_hash):
            return _with_path(InvalidCredentials(), "currentPassword")
        if not change.keep_other_sessions:
            await repositories.sessions.lock_active(session.user_id, now)
        updated = await repositories.sessions.renew(
            session.user_id, session.id, next_authentication_time(session, now), now
        )
        if updated is None:
            raise Unauthenticated(rejected=True)
        await record_event(deps, repositories, updated, EventKind.PASSWORD_CHANGED, client, now)
        revoked: Sequence[UUID] = ()
        if not change.keep_other_sessions:
            revoked = await _revoke_others(deps, repositories, updated, client, now)
        await record_success(deps, repositories, checked.attempts, session.user_id, client, now)
    return ReauthenticationResult(updated, issue_tokens(deps, updated, now), revoked)


def next_authentication_time(session: SessionRecord, now: datetime) -> datetime:
    """Return `now`, or one second after the last authentication if that is later.

    `auth_time` has whole seconds: two authentications in one second could not be distinguished in a token.
    """
    return max(now, session.authenticated_at.replace(microsecond=0) + timedelta(seconds=1))


async def _revoke_others(
    deps: Dependencies, repositories: Repositories, session: SessionRecord, client: ClientInfo, now: datetime
) -> Sequence[UUID]:
    reason = RevocationReason.PASSWORD_CHANGED
    ids = await repositories.sessions.revoke_many(session.user_id, SessionFilter(), session.id, reason, now)
    if ids:
        await record_revocations(deps, repositories, session, ids, client, now)
    return ids


def _password_check(deps: Dependencies, requester: Requester, password: str) -> PasswordCheck:
    user_id, session = requester.user_id, requester.session
    return PasswordCheck(
        session_limits(deps.policy, session), password, lambda tables: tables.users.find_password(user_id), session
    )


def _with_path(failure: InvalidCredentials | RateLimited, field: str) -> InvalidCredentials | RateLimited:
    if isinstance(failure, RateLimited):
        return failure
    return InvalidCredentials("The password is wrong.", ("input", field))
