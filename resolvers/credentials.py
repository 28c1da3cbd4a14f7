"""Proving again who one is, and changing the password. Both make the session as fresh as a log-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidCredentials, InvalidInput, RateLimited, ReauthenticationRequired
from sessionql.resolvers.events import record_event, record_revocations
from sessionql.resolvers.password_checks import PasswordCheck, VerifiedPassword, check_password
from sessionql.resolvers.passwords import check_new_password
from sessionql.resolvers.rate_limits import refund
from sessionql.resolvers.requester import ClientInfo, Requester, Unauthenticated
from sessionql.resolvers.token_pairs import TokenPair, issue_tokens
from sessionql.storage import Repositories
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import EventKind, RevocationReason, SessionRecord


@dataclass(frozen=True, slots=True, repr=False)
class PasswordChange:
    """The old password and the new one."""

    current: str
    new: str
    keep_other_sessions: bool = False


@dataclass(frozen=True, slots=True)
class ReauthenticationResult:
    """The session with its new tokens, and the other sessions that were revoked."""

    session: SessionRecord
    tokens: TokenPair
    revoked: Sequence[UUID] = ()


def require_fresh_login(deps: Dependencies, requester: Requester) -> ReauthenticationRequired | None:
    """None when the requester proved who they are lately enough to end other sessions (ASVS 7.5.2)."""
    most = deps.policy.fresh_login
    if not most or deps.clock() - requester.session.authenticated_at <= most:
        return None
    return ReauthenticationRequired(max_age_seconds=int(most.total_seconds()))


async def reauthenticate(
    deps: Dependencies, requester: Requester, password: str, client: ClientInfo
) -> ReauthenticationResult | InvalidCredentials | RateLimited:
    """Check the password again. Access tokens of before are replaced, the refresh token stays.

    It stays, because another tab may be exchanging it just now: two successors would be two lineages.
    """
    async with check_password(deps, _own_password(requester, password), client) as checked:
        if not isinstance(checked, VerifiedPassword):
            return _about(checked, "password")
        return await _reauthenticate(deps, requester, checked, client)


async def _reauthenticate(
    deps: Dependencies, requester: Requester, checked: VerifiedPassword, client: ClientInfo
) -> ReauthenticationResult:
    now, session = deps.clock(), requester.session
    async with deps.storage.transaction() as repositories:
        proved_at = next_authentication_time(session, now)
        renewed = await repositories.sessions.reauthenticate(session.user_id, session.id, proved_at, now)
        if renewed is None:
            raise Unauthenticated(rejected=True)
        await record_event(deps, repositories, renewed, EventKind.REAUTHENTICATED, client, now)
        await refund(repositories, checked.attempts)
    return ReauthenticationResult(renewed, issue_tokens(deps, renewed, now))


async def change_password(
    deps: Dependencies, requester: Requester, change: PasswordChange, client: ClientInfo
) -> ReauthenticationResult | InvalidCredentials | InvalidInput | RateLimited:
    """Set a new password. Every token of before is void, of other sessions too unless they are kept."""
    if weak := check_new_password(change.new, ("input", "newPassword")):
        return weak
    async with check_password(deps, _own_password(requester, change.current), client) as checked:
        if not isinstance(checked, VerifiedPassword):
            return _about(checked, "currentPassword")
        return await _replace(deps, requester, change, checked, client)


async def _replace(
    deps: Dependencies, requester: Requester, change: PasswordChange, checked: VerifiedPassword, client: ClientInfo
) -> ReauthenticationResult | InvalidCredentials | RateLimited:
    new_hash = await deps.passwords.hash(change.new)
    now, session, old_hash = deps.clock(), requester.session, checked.credentials.password_hash
    async with deps.storage.transaction() as repositories:
        if not await repositories.users.replace_password(session.user_id, old_hash, new_hash):
            return _about(InvalidCredentials(), "currentPassword")
        if not change.keep_other_sessions:
            await repositories.sessions.lock_active(session.user_id, now)
        renewed = await repositories.sessions.renew(
            session.user_id, session.id, next_authentication_time(session, now), now
        )
        if renewed is None:
            raise Unauthenticated(rejected=True)
        await record_event(deps, repositories, renewed, EventKind.PASSWORD_CHANGED, client, now)
        revoked: Sequence[UUID] = ()
        if not change.keep_other_sessions:
            revoked = await _revoke_others(deps, repositories, renewed, client, now)
        await refund(repositories, checked.attempts)
    return ReauthenticationResult(renewed, issue_tokens(deps, renewed, now), revoked)


def next_authentication_time(session: SessionRecord, now: datetime) -> datetime:
    """The time of a proof made now: in a later second than the last, for tokens tell them apart by it."""
    return max(now, session.authenticated_at.replace(microsecond=0) + timedelta(seconds=1))


async def _revoke_others(
    deps: Dependencies, repositories: Repositories, session: SessionRecord, client: ClientInfo, now: datetime
) -> Sequence[UUID]:
    reason = RevocationReason.PASSWORD_CHANGED
    ids = await repositories.sessions.revoke_many(session.user_id, SessionFilter(), session.id, reason, now)
    if ids:
        await record_revocations(deps, repositories, session, ids, client, now)
    return ids


def _own_password(requester: Requester, password: str) -> PasswordCheck:
    # Counted apart from log-ins: whoever locks an account from outside does not lock its owner in.
    user_id = requester.user_id
    account = f"user:{user_id}"
    return PasswordCheck(account, password, lambda found: found.users.find_password(user_id), requester.session)


def _about(failure: InvalidCredentials | RateLimited, field: str) -> InvalidCredentials | RateLimited:
    if isinstance(failure, RateLimited):
        return failure
    return InvalidCredentials("The password is wrong.", ("input", field))
