"""Accounts: register, log in, log out. Each of the first two starts a session."""

from dataclasses import dataclass, replace
from uuid import UUID

from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.errors import AccountDisabled, EmailTaken, InvalidCredentials, InvalidInput, RateLimited
from sessionql.resolvers.events import record
from sessionql.resolvers.password_checks import Checked, PasswordCheck, check_password
from sessionql.resolvers.passwords import check_new_password
from sessionql.resolvers.rate_limits import give_back, registration_limit, take
from sessionql.resolvers.requester import Client, Requester
from sessionql.resolvers.session_creation import new_session, start
from sessionql.resolvers.token_pairs import Grant, grant
from sessionql.resolvers.tokens.refresh import unseal
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
class Proof:
    """What a request carries that says whose session it is, good or no longer good."""

    requester: Requester | None
    access_token: str | None = None
    refresh_token: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session of a user, and the tokens it is used with."""

    user: UserRecord
    session: SessionRecord
    tokens: Grant


async def register(
    services: Services, request: LogIn, client: Client
) -> SignedIn | InvalidInput | EmailTaken | RateLimited:
    """Make an account and log in to it."""
    email = normalize_email(request.email)
    if isinstance(email, InvalidInput):
        return email
    if weak := check_new_password(request.password, ("input", "password")):
        return weak
    name = clean_name(request.session_name, ("input", "sessionName"))
    if isinstance(name, InvalidInput):
        return name
    taken = await take(services, registration_limit(services, client))
    if isinstance(taken, RateLimited):
        return taken
    password_hash = await services.passwords.hash(request.password)
    now = services.clock()
    user = UserRecord(services.new_id(), email, now, now)
    session = new_session(services, user.id, name, client, now)
    async with services.storage.transaction() as repositories:
        if not await repositories.users.add(user, email_key(email), password_hash):
            return EmailTaken()
        await repositories.sessions.add(session)
        await record(services, repositories, session, EventKind.REGISTERED, client, now)
    return SignedIn(user, session, grant(services, session, now))


async def login(
    services: Services, request: LogIn, client: Client
) -> SignedIn | InvalidInput | InvalidCredentials | AccountDisabled | RateLimited:
    """Log in and start a session. An unknown address costs the same as a wrong password."""
    name = clean_name(request.session_name, ("input", "sessionName"))
    if isinstance(name, InvalidInput):
        return name
    email = normalize_email(request.email)
    key = email_key(email) if isinstance(email, str) else ""
    check = PasswordCheck(key or request.email, request.password, lambda found: found.users.find_credentials(key))
    async with check_password(services, check, client) as checked:
        if not isinstance(checked, Checked):
            return checked
        if checked.credentials.user.disabled_at is not None:
            return AccountDisabled()
        return await _sign_in(services, checked, request.password, name, client)


async def _sign_in(
    services: Services, checked: Checked, password: str, name: str | None, client: Client
) -> SignedIn | InvalidCredentials:
    user, password_hash = checked.credentials.user, checked.credentials.password_hash
    renewed = await _renewed_hash(services, password, password_hash)
    now = services.clock()
    session = new_session(services, user.id, name, client, now)
    async with services.storage.transaction() as repositories:
        # The password may have been changed while it was being checked: then it was the old one.
        if not await repositories.users.note_login(user.id, password_hash, now):
            return InvalidCredentials()
        if renewed:
            await repositories.users.replace_password(user.id, password_hash, renewed)
        await start(services, repositories, session, client)
        await give_back(repositories, checked.attempts)
    return SignedIn(replace(user, last_login=now), session, grant(services, session, now))


async def logout(services: Services, proof: Proof, client: Client) -> SessionRecord | None:
    """End the session of whoever asks. None when there is none, or it ended before."""
    named = _named(services, proof)
    if named is None:
        return None
    (user_id, session_id), now = named, services.clock()
    async with services.storage.transaction() as repositories:
        ended = await repositories.sessions.revoke(user_id, session_id, RevocationReason.LOGGED_OUT, now)
        if ended is not None:
            await record(services, repositories, ended, EventKind.LOGGED_OUT, client, now)
    return ended


def _named(services: Services, proof: Proof) -> tuple[UUID, UUID] | None:
    """The user and the session. A token that has expired still says whose session it was."""
    if proof.requester is not None:
        return proof.requester.user_id, proof.requester.session.id
    read = services.tokens.read(proof.access_token or "")
    claims = read or unseal(proof.refresh_token or "", services.tokens.keys().refresh)
    return None if claims is None else (claims.user_id, claims.session_id)


async def find_user(services: Services, requester: Requester) -> UserRecord | None:
    """The person signed in."""
    async with services.storage.reading() as repositories:
        return await repositories.users.find(requester.user_id)


async def _renewed_hash(services: Services, password: str, password_hash: str) -> str | None:
    """The password hashed at today's costs, when it was hashed at others."""
    if not services.passwords.is_outdated(password_hash):
        return None
    return await services.passwords.hash(password)
