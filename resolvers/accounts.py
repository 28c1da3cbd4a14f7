"""Accounts: register, log in, log out. Each of the first two starts a session."""

from dataclasses import dataclass, replace
from uuid import UUID

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import AccountDisabled, EmailTaken, InvalidCredentials, InvalidInput, RateLimited
from sessionql.resolvers.events import record_event
from sessionql.resolvers.password_checks import PasswordCheck, VerifiedPassword, check_password
from sessionql.resolvers.passwords import check_new_password
from sessionql.resolvers.rate_limits import consume, refund, registration_limit
from sessionql.resolvers.requester import ClientInfo, Requester
from sessionql.resolvers.session_creation import add_session, build_session
from sessionql.resolvers.token_pairs import TokenPair, issue_tokens
from sessionql.resolvers.tokens.refresh import verify
from sessionql.resolvers.values.emails import email_key, normalize_email
from sessionql.resolvers.values.names import clean_name
from sessionql.storage.records import EventKind, RevocationReason, SessionRecord, UserRecord


@dataclass(frozen=True, slots=True, repr=False)
class LogIn:
    """What somebody registers or logs in with."""

    email: str
    password: str
    session_name: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class PresentedCredentials:
    """What a request carries that says whose session it is, good or no longer good."""

    requester: Requester | None
    access_token: str | None = None
    refresh_token: str | None = None


@dataclass(frozen=True, slots=True)
class LogInResult:
    """A new session of a user, and the tokens it is used with."""

    user: UserRecord
    session: SessionRecord
    tokens: TokenPair


async def register(
    deps: Dependencies, request: LogIn, client: ClientInfo
) -> LogInResult | InvalidInput | EmailTaken | RateLimited:
    """Make an account and log in to it."""
    email = normalize_email(request.email)
    if isinstance(email, InvalidInput):
        return email
    if weak := check_new_password(request.password, ("input", "password")):
        return weak
    name = clean_name(request.session_name, ("input", "sessionName"))
    if isinstance(name, InvalidInput):
        return name
    taken = await consume(deps, registration_limit(deps, client))
    if isinstance(taken, RateLimited):
        return taken
    password_hash = await deps.passwords.hash(request.password)
    now = deps.clock()
    user = UserRecord(deps.new_id(), email, now, now)
    session = build_session(deps, user.id, name, client, now)
    async with deps.storage.transaction() as repositories:
        if not await repositories.users.add(user, email_key(email), password_hash):
            return EmailTaken()
        await repositories.sessions.add(session)
        await record_event(deps, repositories, session, EventKind.REGISTERED, client, now)
    return LogInResult(user, session, issue_tokens(deps, session, now))


async def login(
    deps: Dependencies, request: LogIn, client: ClientInfo
) -> LogInResult | InvalidInput | InvalidCredentials | AccountDisabled | RateLimited:
    """Log in and start a session. An unknown address costs the same as a wrong password."""
    name = clean_name(request.session_name, ("input", "sessionName"))
    if isinstance(name, InvalidInput):
        return name
    email = normalize_email(request.email)
    key = email_key(email) if isinstance(email, str) else ""
    check = PasswordCheck(key or request.email, request.password, lambda found: found.users.find_credentials(key))
    async with check_password(deps, check, client) as checked:
        if not isinstance(checked, VerifiedPassword):
            return checked
        if checked.credentials.user.disabled_at is not None:
            return AccountDisabled()
        return await _sign_in(deps, checked, request.password, name, client)


async def _sign_in(
    deps: Dependencies, checked: VerifiedPassword, password: str, name: str | None, client: ClientInfo
) -> LogInResult | InvalidCredentials:
    user, password_hash = checked.credentials.user, checked.credentials.password_hash
    renewed = await _renewed_hash(deps, password, password_hash)
    now = deps.clock()
    session = build_session(deps, user.id, name, client, now)
    async with deps.storage.transaction() as repositories:
        # The password may have been changed while it was being checked: then it was the old one.
        if not await repositories.users.record_login(user.id, password_hash, now):
            return InvalidCredentials()
        if renewed:
            await repositories.users.replace_password(user.id, password_hash, renewed)
        await add_session(deps, repositories, session, client)
        await refund(repositories, checked.attempts)
    return LogInResult(replace(user, last_login=now), session, issue_tokens(deps, session, now))


async def logout(deps: Dependencies, proof: PresentedCredentials, client: ClientInfo) -> SessionRecord | None:
    """End the session of whoever asks. None when there is none, or it ended before."""
    named = _identify(deps, proof)
    if named is None:
        return None
    (user_id, session_id), now = named, deps.clock()
    async with deps.storage.transaction() as repositories:
        ended = await repositories.sessions.revoke(user_id, session_id, RevocationReason.LOGGED_OUT, now)
        if ended is not None:
            await record_event(deps, repositories, ended, EventKind.LOGGED_OUT, client, now)
    return ended


def _identify(deps: Dependencies, proof: PresentedCredentials) -> tuple[UUID, UUID] | None:
    """The user and the session. A token that has expired still says whose session it was."""
    if proof.requester is not None:
        return proof.requester.user_id, proof.requester.session.id
    read = deps.tokens.read(proof.access_token or "")
    claims = read or verify(proof.refresh_token or "", deps.tokens.keys().refresh)
    return None if claims is None else (claims.user_id, claims.session_id)


async def find_user(deps: Dependencies, requester: Requester) -> UserRecord | None:
    """The person signed in."""
    async with deps.storage.reading() as repositories:
        return await repositories.users.find(requester.user_id)


async def _renewed_hash(deps: Dependencies, password: str, password_hash: str) -> str | None:
    """The password hashed at today's costs, when it was hashed at others."""
    if not deps.passwords.is_outdated(password_hash):
        return None
    return await deps.passwords.hash(password)
