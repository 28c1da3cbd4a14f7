"""Accounts with a password: registration, log-in, log-out. Registration and log-in each start a session."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import AccountDisabled, EmailTaken, InvalidCredentials, InvalidInput, RateLimited
from sessionql.resolvers.events import record_event
from sessionql.resolvers.known_clients import find_known_client, issue_device_token
from sessionql.resolvers.password_checks import (
    MAX_CONCURRENT,
    NO_USER_ID,
    PasswordCheck,
    VerifiedPassword,
    check_password,
)
from sessionql.resolvers.rate_limits import consume, limited, login_limits, record_success, registration_limits
from sessionql.resolvers.requester import Requester
from sessionql.resolvers.session_creation import add_session, build_session
from sessionql.resolvers.token_pairs import TokenPair, issue_tokens
from sessionql.resolvers.tokens.refresh import verify
from sessionql.resolvers.values.emails import email_key, normalize_email
from sessionql.resolvers.values.names import clean_name
from sessionql.storage.records import EventKind, RevocationReason, SessionRecord, UserRecord


@dataclass(frozen=True, slots=True, repr=False)
class LogIn:
    """The input of a registration or log-in. `session_name` names the new session.

    `device_token` is that of an earlier log-in with the same browser, if it sent one.
    """

    email: str
    password: str
    session_name: str | None = None
    device_token: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class PresentedCredentials:
    """Credentials presented with a log-out; expired access tokens are accepted."""

    requester: Requester | None
    access_token: str | None = None
    refresh_token: str | None = None


@dataclass(frozen=True, slots=True)
class LogInResult:
    """A new session with its user and its tokens, and the device token for the browser of a log-in here."""

    user: UserRecord
    session: SessionRecord
    tokens: TokenPair
    device_token: str | None = field(default=None, repr=False)


async def register(
    deps: Dependencies, request: LogIn, client: ClientInfo
) -> LogInResult | InvalidInput | EmailTaken | RateLimited:
    """Create an account and start its first session."""
    email = normalize_email(request.email, nonstandard=deps.policy.nonstandard_emails)
    if isinstance(email, InvalidInput):
        return email
    name = clean_name(request.session_name, ("input", "sessionName"))
    if isinstance(name, InvalidInput):
        return name
    async with deps.keyed_semaphore.acquire(client.network, MAX_CONCURRENT):
        with deps.passwords.place():
            attempt = await consume(deps, *registration_limits(deps.policy, client))
            if isinstance(attempt, RateLimited):
                return attempt
            context = (email, deps.tokens.issuer)
            if weak := await deps.passwords.check_new(request.password, ("input", "password"), context):
                return weak
            password_hash = await deps.passwords.hash(request.password)
    now = deps.clock()
    user = UserRecord(deps.new_id(), email, now, now)
    session = build_session(deps, user.id, name, client, now)
    async with deps.storage.transaction() as repositories:
        if not await repositories.users.add(user, email_key(email), password_hash):
            return EmailTaken()
        await repositories.sessions.add(session)
        await record_event(deps, repositories, session, EventKind.REGISTERED, client, now)
    device_token = issue_device_token(deps, user.id, None, now)
    return LogInResult(user, session, issue_tokens(deps, session, now), device_token)


@limited
async def login(
    deps: Dependencies, request: LogIn, client: ClientInfo
) -> LogInResult | InvalidInput | InvalidCredentials | AccountDisabled | RateLimited:
    """Check the password and start a session. An unknown e-mail address takes as long as a wrong password."""
    name = clean_name(request.session_name, ("input", "sessionName"))
    if isinstance(name, InvalidInput):
        return name
    email = normalize_email(request.email, nonstandard=True)
    key = email_key(email) if isinstance(email, str) else ""
    async with deps.storage.reading() as repositories:
        found = await repositories.users.find_credentials(key)
        user_id = found.user.id if found else NO_USER_ID
        known = await find_known_client(deps, repositories, user_id, request.device_token, client)
    limits = login_limits(deps.policy, key or request.email, client, known)
    check = PasswordCheck(limits, request.password, lambda tables: tables.users.find_credentials(key))
    async with check_password(deps, check, client) as checked:
        if not isinstance(checked, VerifiedPassword):
            return checked
        if checked.credentials.user.disabled_at is not None:
            return AccountDisabled()
        started = await _start_session(deps, checked, request.password, name, client)
    if isinstance(started, InvalidCredentials):
        return started
    return replace(started, device_token=issue_device_token(deps, started.user.id, known.device_id, deps.clock()))


async def _start_session(
    deps: Dependencies, checked: VerifiedPassword, password: str, name: str | None, client: ClientInfo
) -> LogInResult | InvalidCredentials:
    user, password_hash = checked.credentials.user, checked.credentials.password_hash
    new_hash = await _hash_if_outdated(deps, password, password_hash)
    now = deps.clock()
    session = build_session(deps, user.id, name, client, now)
    async with deps.storage.transaction() as repositories:
        # Writes nothing when the password was changed after it was read for the check.
        if not await repositories.users.record_login(user.id, password_hash, now):
            return InvalidCredentials()
        if new_hash:
            await repositories.users.replace_password(user.id, password_hash, new_hash)
        await add_session(deps, repositories, session, client)
        await record_success(deps, repositories, checked.attempts, user.id, client, now)
    return LogInResult(replace(user, last_login=now), session, issue_tokens(deps, session, now))


async def logout(deps: Dependencies, credentials: PresentedCredentials, client: ClientInfo) -> SessionRecord | None:
    """Revoke the session of the credentials. None when they name no session, or it had ended before."""
    owner_and_session = _identify(deps, credentials)
    if owner_and_session is None:
        return None
    (user_id, session_id), now = owner_and_session, deps.clock()
    async with deps.storage.transaction() as repositories:
        ended = await repositories.sessions.revoke(user_id, session_id, RevocationReason.LOGGED_OUT, now)
        if ended is not None:
            await record_event(deps, repositories, ended, EventKind.LOGGED_OUT, client, now)
    return ended


def _identify(deps: Dependencies, credentials: PresentedCredentials) -> tuple[UUID, UUID] | None:
    """Return the IDs of the user and the session. An expired access token still identifies its session."""
    if credentials.requester is not None:
        return credentials.requester.user_id, credentials.requester.session.id
    access = deps.tokens.read(credentials.access_token or "")
    claims = access or verify(credentials.refresh_token or "", deps.tokens.keys().refresh)
    return None if claims is None else (claims.user_id, claims.session_id)


async def current_user(deps: Dependencies, requester: Requester) -> UserRecord | None:
    """Return the requester's user; None when the user was deleted since the request was authenticated."""
    async with deps.storage.reading() as repositories:
        return await repositories.users.find(requester.user_id)


async def _hash_if_outdated(deps: Dependencies, password: str, password_hash: str) -> str | None:
    """Hash the password with the current parameters if its hash has others; None otherwise."""
    if not deps.passwords.is_outdated(password_hash):
        return None
    return await deps.passwords.hash(password)
