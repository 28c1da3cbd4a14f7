"""Proving again who one is, and changing the password. Both make the session as fresh as a log-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.errors import InvalidCredentials, InvalidInput, RateLimited, ReauthenticationRequired
from sessionql.resolvers.events import record, record_revocations
from sessionql.resolvers.password_checks import Checked, PasswordCheck, check_password
from sessionql.resolvers.passwords import check_new_password
from sessionql.resolvers.rate_limits import give_back
from sessionql.resolvers.requester import Client, Requester, Unauthenticated
from sessionql.resolvers.token_pairs import Grant, grant
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
class Renewed:
    """The session with its new tokens, and the other sessions that were revoked."""

    session: SessionRecord
    tokens: Grant
    revoked: Sequence[UUID] = ()


def require_fresh_login(services: Services, requester: Requester) -> ReauthenticationRequired | None:
    """None when the requester proved who they are lately enough to end other sessions (ASVS 7.5.2)."""
    most = services.policy.fresh_login
    if not most or services.clock() - requester.session.authenticated_at <= most:
        return None
    return ReauthenticationRequired(max_age_seconds=int(most.total_seconds()))


async def reauthenticate(
    services: Services, requester: Requester, password: str, client: Client
) -> Renewed | InvalidCredentials | RateLimited:
    """Check the password again. Access tokens of before are replaced, the refresh token stays.

    It stays, because another tab may be exchanging it just now: two successors would be two lineages.
    """
    async with check_password(services, _own_password(requester, password), client) as checked:
        if not isinstance(checked, Checked):
            return _about(checked, "password")
        return await _prove(services, requester, checked, client)


async def _prove(services: Services, requester: Requester, checked: Checked, client: Client) -> Renewed:
    now, session = services.clock(), requester.session
    async with services.storage.transaction() as repositories:
        proved_at = proof_time(session, now)
        renewed = await repositories.sessions.reauthenticate(session.user_id, session.id, proved_at, now)
        if renewed is None:
            raise Unauthenticated(rejected=True)
        await record(services, repositories, renewed, EventKind.REAUTHENTICATED, client, now)
        await give_back(repositories, checked.attempts)
    return Renewed(renewed, grant(services, renewed, now))


async def change_password(
    services: Services, requester: Requester, change: PasswordChange, client: Client
) -> Renewed | InvalidCredentials | InvalidInput | RateLimited:
    """Set a new password. Every token of before is void, of other sessions too unless they are kept."""
    if weak := check_new_password(change.new, ("input", "newPassword")):
        return weak
    async with check_password(services, _own_password(requester, change.current), client) as checked:
        if not isinstance(checked, Checked):
            return _about(checked, "currentPassword")
        return await _replace(services, requester, change, checked, client)


async def _replace(
    services: Services, requester: Requester, change: PasswordChange, checked: Checked, client: Client
) -> Renewed | InvalidCredentials | RateLimited:
    new_hash = await services.passwords.hash(change.new)
    now, session, old_hash = services.clock(), requester.session, checked.credentials.password_hash
    async with services.storage.transaction() as repositories:
        if not await repositories.users.replace_password(session.user_id, old_hash, new_hash):
            return _about(InvalidCredentials(), "currentPassword")
        if not change.keep_other_sessions:
            await repositories.sessions.hold(session.user_id, now)
        renewed = await repositories.sessions.renew(session.user_id, session.id, proof_time(session, now), now)
        if renewed is None:
            raise Unauthenticated(rejected=True)
        await record(services, repositories, renewed, EventKind.PASSWORD_CHANGED, client, now)
        revoked: Sequence[UUID] = ()
        if not change.keep_other_sessions:
            revoked = await _revoke_others(services, repositories, renewed, client, now)
        await give_back(repositories, checked.attempts)
    return Renewed(renewed, grant(services, renewed, now), revoked)


def proof_time(session: SessionRecord, now: datetime) -> datetime:
    """The time of a proof made now: in a later second than the last, for tokens tell them apart by it."""
    return max(now, session.authenticated_at.replace(microsecond=0) + timedelta(seconds=1))


async def _revoke_others(
    services: Services, repositories: Repositories, session: SessionRecord, client: Client, now: datetime
) -> Sequence[UUID]:
    reason = RevocationReason.PASSWORD_CHANGED
    ids = await repositories.sessions.revoke_many(session.user_id, SessionFilter(), session.id, reason, now)
    if ids:
        await record_revocations(services, repositories, session, ids, client, now)
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
