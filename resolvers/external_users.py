"""Users of services: who logs in elsewhere, under a subject that the deployment's services agree on.

A service vouches for them: it says who logged in, when and from where, and is handed their tokens.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sessionql.resolvers.accounts import LogInResult
from sessionql.resolvers.credentials import ReauthenticationResult, next_authentication_time
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import AccountDisabled, InvalidInput, SessionEnded, SessionNotFound
from sessionql.resolvers.events import build_event
from sessionql.resolvers.requester import ClientInfo
from sessionql.resolvers.service_keys import ServiceAccount
from sessionql.resolvers.session_creation import add_session, build_session
from sessionql.resolvers.sessions import ended_at
from sessionql.resolvers.token_pairs import issue_tokens
from sessionql.resolvers.values.ids import parse_id
from sessionql.resolvers.values.names import clean_name
from sessionql.storage import Repositories
from sessionql.storage.records import EventKind, EventRecord, SessionRecord, UserRecord

MAX_SUBJECT_LENGTH = 255
MIN_AUTHENTICATED_AT = datetime(1970, 1, 1, tzinfo=UTC)
"""Tokens tell no earlier time of a proof."""
MAX_CLOCK_SKEW = timedelta(minutes=1)
"""How far ahead of ours a service's clock may be."""


@dataclass(frozen=True, slots=True)
class ExternalLogin:
    """Somebody who logged in elsewhere, and when; None for just now."""

    subject: str
    authenticated_at: datetime | None = None
    session_name: str | None = None


@dataclass(frozen=True, slots=True)
class Reauthentication:
    """Somebody who proved elsewhere again who they are, and when; None for just now."""

    user_id: str
    session_id: str
    authenticated_at: datetime | None = None


async def create_session(
    deps: Dependencies, service: ServiceAccount, request: ExternalLogin, client: ClientInfo
) -> LogInResult | InvalidInput | AccountDisabled:
    """Start a session of the subject's, and make the user when there is none. `client` is the user's."""
    if not (1 <= len(request.subject) <= MAX_SUBJECT_LENGTH and request.subject.isprintable()):
        return InvalidInput(f"A subject has 1 to {MAX_SUBJECT_LENGTH} printable characters.", ("input", "subject"))
    name = clean_name(request.session_name, ("input", "sessionName"))
    if isinstance(name, InvalidInput):
        return name
    now = deps.clock()
    proved_at = _proved_at(request.authenticated_at, now)
    if isinstance(proved_at, InvalidInput):
        return proved_at
    async with deps.storage.transaction() as repositories:
        user, is_new = await _find_or_add_user(deps, repositories, request.subject, now)
        if user is None:
            return AccountDisabled()
        session = build_session(deps, user.id, name, client, now, proved_at)
        await add_session(deps, repositories, session, client, is_new_user=is_new, actor_name=service.name)
    return LogInResult(user, session, issue_tokens(deps, session, now))


async def mark_reauthenticated(
    deps: Dependencies, service: ServiceAccount, request: Reauthentication
) -> ReauthenticationResult | InvalidInput | SessionNotFound | SessionEnded:
    """Note that the user proved again who they are. Older access tokens are replaced, the refresh token stays.

    A proof no newer than the last changes nothing, and that is a success.
    """
    now = deps.clock()
    proved_at = _proved_at(request.authenticated_at, now)
    if isinstance(proved_at, InvalidInput):
        return proved_at
    user_id, session_id = parse_id(request.user_id), parse_id(request.session_id)
    if user_id is None or session_id is None:
        return _not_found()
    async with deps.storage.transaction() as repositories:
        before = await repositories.sessions.find(user_id, session_id)
        if before is None:
            return _not_found()
        proof = _next_proof(before, proved_at, now)
        renewed = await repositories.sessions.reauthenticate(user_id, session_id, proof, now)
        if renewed is None:
            ended = await repositories.sessions.find(user_id, session_id)
            return _not_found() if ended is None else SessionEnded(ended_at=ended_at(deps, ended))
        if renewed.authenticated_at > before.authenticated_at:
            await repositories.events.add(_reauthenticated(deps, service, renewed, now))
    return ReauthenticationResult(renewed, issue_tokens(deps, renewed, now))


async def _find_or_add_user(
    deps: Dependencies, repositories: Repositories, subject: str, now: datetime
) -> tuple[UserRecord | None, bool]:
    """The subject's user, whose row is held from here on, and whether they are new; None when disabled."""
    users = repositories.users
    while True:
        found = await users.find_by_subject(subject)
        if found is None:
            new = UserRecord(deps.new_id(), None, now, now, subject)
            if await users.add(new, None, None):
                return new, True
            # Somebody else was faster: their row is there now.
            continue
        noted = await users.record_external_login(found.id, now)
        if noted is not None or await users.find(found.id) is not None:
            return noted, False
        # Deleted in between: the subject is free again.


def _proved_at(given: datetime | None, now: datetime) -> datetime | InvalidInput | None:
    if given is None:
        return None
    if given > now + MAX_CLOCK_SKEW:
        return InvalidInput("`authenticatedAt` is in the future.", ("input", "authenticatedAt"))
    if given < MIN_AUTHENTICATED_AT:
        return InvalidInput("`authenticatedAt` is before 1970.", ("input", "authenticatedAt"))
    return min(given, now)


def _next_proof(before: SessionRecord, given: datetime | None, now: datetime) -> datetime:
    if given is not None and given <= before.authenticated_at:
        return given
    return next_authentication_time(before, given or now)


def _not_found() -> SessionNotFound:
    return SessionNotFound("This user has no session with this ID.", ("input", "sessionId"))


def _reauthenticated(deps: Dependencies, service: ServiceAccount, session: SessionRecord, now: datetime) -> EventRecord:
    # On the user's device; from which address, the service was not asked.
    client = ClientInfo(None, session.user_agent)
    kind, user_id = EventKind.REAUTHENTICATED, session.user_id
    return build_event(deps, user_id, kind, client, now, session_id=session.id, actor_name=service.name)
