"""Accounts: register, log in, log out. Each of the first two starts a session."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from resolvers.devices import describe
from resolvers.emails import email_key, normalize_email
from resolvers.events import record
from resolvers.failures import EmailTaken, InvalidCredentials, InvalidInput
from resolvers.grants import Grant, grant
from resolvers.names import clean_name
from resolvers.passwords import check_new_password
from resolvers.requester import Client, Requester
from resolvers.services import Services
from storage.records import EventKind, RevocationReason, SessionRecord, UserRecord


@dataclass(frozen=True, slots=True, repr=False)
class LogIn:
    """What somebody registers or logs in with."""

    email: str
    password: str
    session_name: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session of a user, and the tokens it is used with."""

    user: UserRecord
    session: SessionRecord
    tokens: Grant


async def register(services: Services, request: LogIn, client: Client) -> SignedIn | InvalidInput | EmailTaken:
    """Make an account and log in to it."""
    email = normalize_email(request.email)
    if isinstance(email, InvalidInput):
        return email
    if weak := check_new_password(request.password):
        return weak
    name = clean_name(request.session_name, ("input", "sessionName"))
    if isinstance(name, InvalidInput):
        return name
    password_hash = await services.passwords.hash(request.password)
    now = services.clock()
    user = UserRecord(services.new_id(), email, now, now)
    session = _new_session(services, user.id, name, client, now)
    async with services.storage.transaction() as repositories:
        if not await repositories.users.add(user, email_key(email), password_hash):
            return EmailTaken()
        await repositories.sessions.add(session)
        await record(services, repositories, session, EventKind.REGISTERED, client, now)
    return SignedIn(user, session, grant(services, session, now))


async def login(services: Services, request: LogIn, client: Client) -> SignedIn | InvalidInput | InvalidCredentials:
    """Log in and start a session. An unknown address costs the same as a wrong password."""
    name = clean_name(request.session_name, ("input", "sessionName"))
    if isinstance(name, InvalidInput):
        return name
    email = normalize_email(request.email)
    key = email_key(email) if isinstance(email, str) else ""
    async with services.storage.reading() as repositories:
        known = await repositories.users.find_credentials(key)
    password_hash = known.password_hash if known else None
    if not await services.passwords.verify(request.password, password_hash) or known is None:
        return InvalidCredentials()
    renewed = await _renewed_hash(services, request.password, known.password_hash)
    now = services.clock()
    session = _new_session(services, known.user.id, name, client, now)
    async with services.storage.transaction() as repositories:
        # The password may have been changed while it was being checked: then it was the old one.
        if not await repositories.users.note_login(known.user.id, known.password_hash, now):
            return InvalidCredentials()
        if renewed:
            await repositories.users.replace_password(known.user.id, known.password_hash, renewed)
        await repositories.sessions.add(session)
        await record(services, repositories, session, EventKind.LOGGED_IN, client, now)
    return SignedIn(replace(known.user, last_login=now), session, grant(services, session, now))


async def logout(services: Services, requester: Requester | None, client: Client) -> SessionRecord | None:
    """End the current session. None when there is none, or it ended meanwhile."""
    if requester is None:
        return None
    now, session = services.clock(), requester.session
    async with services.storage.transaction() as repositories:
        ended = await repositories.sessions.revoke(session.user_id, session.id, RevocationReason.LOGGED_OUT, now)
        if ended is not None:
            await record(services, repositories, ended, EventKind.LOGGED_OUT, client, now)
    return ended


async def find_user(services: Services, requester: Requester) -> UserRecord | None:
    """The person signed in."""
    async with services.storage.reading() as repositories:
        return await repositories.users.find(requester.user_id)


async def _renewed_hash(services: Services, password: str, password_hash: str) -> str | None:
    """The password hashed at today's costs, when it was hashed at others."""
    if not services.passwords.is_outdated(password_hash):
        return None
    return await services.passwords.hash(password)


def _new_session(services: Services, user_id: UUID, name: str | None, client: Client, now: datetime) -> SessionRecord:
    return SessionRecord(
        user_id=user_id,
        id=services.new_id(),
        name=name,
        user_agent=client.user_agent,
        ip_address=client.ip_address,
        created_at=now,
        authenticated_at=now,
        last_active=now,
        generation=0,
        rotated_at=None,
        revoked_at=None,
        revocation_reason=None,
        device=describe(client.user_agent),
    )
