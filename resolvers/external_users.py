"""External users: they log in at another service and are identified by its subject instead of an e-mail address.

The service authenticates with its key, reports who logged in, when and from where, and receives the user's tokens.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sessionql.resolvers.accounts import LogInResult
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.credentials import ReauthenticationResult, next_authentication_time
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import AccountDisabled, InvalidInput, SessionEnded, SessionNotFound
from sessionql.resolvers.events import Actor, build_event
from sessionql.resolvers.service_keys import ServiceAccount
from sessionql.resolvers.session_creation import add_session, build_session
from sessionql.resolvers.sessions import ended_at
from sessionql.resolvers.token_pairs import issue_tokens
from sessionql.resolvers.values.ids import parse_id
from sessionql.resolvers.values.names import clean_name
from sessionql.storage import Repositories
from sessionql.storage.records import EventKind, EventRecord, SessionRecord, UserRecord

MAX_SUBJECT_LENGTH = 255
"""In characters, as in OpenID Connect Core (section 2, `sub`)."""
MIN_AUTHENTICATED_AT = datetime(1970, 1, 1, tzinfo=UTC)
"""`auth_time` in tokens has no earlier value."""
MAX_CLOCK_SKEW = timedelta(minutes=1)
"""How far the clock of a service may be ahead of this server's."""


@dataclass(frozen=True, slots=True)
class ExternalLogin:
    """A log-in at another service. `authenticated_at` of None means now."""

    subject: str
    authenticated_at: datetime | None = None
    session_name: str | None = None


@dataclass(frozen=True, slots=True)
class Reauthentication:
    """A re-authentication at another service. `authenticated_at` of None means now."""

    user_id: str
    session_id: str
    authenticated_at: datetime | None = None


async def create_session(
    deps: Dependencies, service: ServiceAccount, request: ExternalLogin, client: ClientInfo
) -> LogInResult | InvalidInput | AccountDisabled:
    """Start a session of the subject; create the user at the first log-in. `client` is the user's."""
    if not (1 <= len(request.subject) <= MAX_SUBJECT_LENGTH and request.subject.isprintable()):
        return InvalidInput(
            f"A subject must have 1 to {MAX_SUBJECT_LENGTH} printable characters.", ("input", "subject")
        )
    name = clean_name(request.session_name, ("input", "sessionName"))
    if isinstance(name, InvalidInput):
        return name
    now = deps.clock()
    authenticated_at = _check_time(request.authenticated_at, now)
    if isinstance(authenticated_at, InvalidInput):
        return authenticated_at
    async with deps.storage.transaction() as repositories:
        user, is_new = await _find_or_add_user(deps, repositories, request.subject, now)
        if user is None:
            return AccountDisabled()
        session = build_session(deps, user.id, name, client, now, authenticated_at, by_service=True)
        await add_session(deps, repositories, session, client, is_new_user=is_new, actor_name=service.name)
    return LogInResult(user, session, issue_tokens(deps, session, now))


async def mark_reauthenticated(
    deps: Dependencies, service: ServiceAccount, request: Reauthentication
) -> ReauthenticationResult | InvalidInput | SessionNotFound | SessionEnded:
    """Record that the user re-authenticated. Replaces older access tokens, but not the refresh token.

    A time that is not later than the last authentication changes nothing and succeeds.
    """
    now = deps.clock()
    authenticated_at = _check_time(request.authenticated_at, now)
    if isinstance(authenticated_at, InvalidInput):
        return authenticated_at
    user_id, session_id = parse_id(request.user_id), parse_id(request.session_id)
    if user_id is None or session_id is None:
        return _not_found()
    async with deps.storage.transaction() as repositories:
        before = await repositories.sessions.find(user_id, session_id)
        if before is None or (deps.policy.only_services and not before.by_service):
            return _not_found()
        next_time = _next_time(before, authenticated_at, now)
        updated = await repositories.sessions.reauthenticate(user_id, session_id, next_time, now)
        if updated is None:
            ended = await repositories.sessions.find(user_id, session_id)
            return _not_found() if ended is None else SessionEnded(ended_at=ended_at(deps, ended))
        if updated.authenticated_at > before.authenticated_at:
            await repositories.events.add(_reauthentication_event(deps, service, updated, now))
    return ReauthenticationResult(updated, issue_tokens(deps, updated, now))


async def _find_or_add_user(
    deps: Dependencies, repositories: Repositories, subject: str, now: datetime
) -> tuple[UserRecord | None, bool]:
    """Return the subject's user (None when disabled), with its row locked, and whether it was created now."""
    users = repositories.users
    while True:
        found = await users.find_by_subject(subject)
        if found is None:
            new = UserRecord(deps.new_id(), None, now, now, subject)
            if await users.add(new, None, None):
                return new, True
            # A concurrent transaction added the user: read it.
            continue
        updated = await users.record_external_login(found.id, now)
        if updated is not None or await users.find(found.id) is not None:
            return updated, False
        # A concurrent transaction deleted the user: add it again.


def _check_time(authenticated_at: datetime | None, now: datetime) -> datetime | InvalidInput | None:
    if authenticated_at is None:
        return None
    if authenticated_at > now + MAX_CLOCK_SKEW:
        return InvalidInput("`authenticatedAt` is in the future.", ("input", "authenticatedAt"))
    if authenticated_at < MIN_AUTHENTICATED_AT:
        return InvalidInput("`authenticatedAt` is before 1970.", ("input", "authenticatedAt"))
    return min(authenticated_at, now)


def _next_time(before: SessionRecord, authenticated_at: datetime | None, now: datetime) -> datetime:
    if authenticated_at is not None and authenticated_at <= before.authenticated_at:
        return authenticated_at
    return next_authentication_time(before, authenticated_at or now)


def _not_found() -> SessionNotFound:
    return SessionNotFound("This user has no session with this ID.", ("input", "sessionId"))


def _reauthentication_event(
    deps: Dependencies, service: ServiceAccount, session: SessionRecord, now: datetime
) -> EventRecord:
    # The device is the user's; the service does not report the address of a re-authentication.
    client = ClientInfo(None, session.user_agent)
    kind, actor = EventKind.REAUTHENTICATED, Actor(name=service.name)
    return build_event(deps, session.user_id, kind, client, now, session_id=session.id, actor=actor, sent_by=session)
