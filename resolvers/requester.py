"""The requester of an operation: a valid access token and an active session row, read again for every request."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sessionql.resolvers.background.activity import DeviceChange
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.comparison import compare_devices
from sessionql.resolvers.errors import ReauthenticationRequired
from sessionql.resolvers.events import device_event
from sessionql.resolvers.tokens.access import AccessToken
from sessionql.storage.records import EventKind, SessionRecord, SessionState

log = logging.getLogger("sessionql.requester")


class Unauthenticated(Exception):
    """The request has no valid credentials. `rejected`: it sent some, but the session or the token is not valid."""

    def __init__(self, rejected: bool) -> None:
        self.rejected = rejected
        invalid = "This session has ended, or its access token is not valid. Refresh the token, or log in."
        missing = "You are not signed in: send `Authorization: Bearer <access token>`."
        super().__init__(invalid if rejected else missing)


@dataclass(frozen=True, slots=True)
class Requester:
    """The authenticated user of a request, and the session that the request uses.

    `token` is the access token of the request; None after a log-in in the same request.
    """

    session: SessionRecord
    token: AccessToken | None = None

    @property
    def user_id(self) -> UUID:
        return self.session.user_id


@dataclass(frozen=True, slots=True)
class ValidAccess:
    """A valid access token, and its active session."""

    session: SessionRecord
    token: AccessToken


class AuthError(StrEnum):
    """Why an access token is rejected. Written to the log; clients do not receive it."""

    INVALID = "not valid"
    ENDED = "its session has ended"
    REPLACED = "it was replaced"


async def authenticate(deps: Dependencies, token: str, client: ClientInfo) -> Requester | None:
    """Authenticate an access token and record activity. None when the token is not valid or its session has ended."""
    now = deps.clock()
    access = await check_access_token(deps, token, now)
    if isinstance(access, AuthError):
        log.info("Rejected an access token from %s: %s", client.ip_address, access.value)
        return None
    _record_use(deps, access.session, client, now)
    return Requester(access.session, access.token)


async def check_access_token(deps: Dependencies, token: str, now: datetime) -> ValidAccess | AuthError:
    """Check an access token and its session at `now`. Does not record activity."""
    claims = deps.tokens.verify(token, now)
    if claims is None:
        return AuthError.INVALID
    async with deps.storage.reading() as repositories:
        session = await repositories.sessions.find(claims.user_id, claims.session_id)
    checked = check_session(deps, session, claims.authenticated_at, now)
    if isinstance(checked, AuthError):
        return checked
    return ValidAccess(checked, AccessToken(token, claims.expires_at))


async def revalidate(deps: Dependencies, requester: Requester, client: ClientInfo) -> Requester | None:
    """Check the requester's token and session again and record activity. None when one is no longer valid."""
    session, now = requester.session, deps.clock()
    if not is_token_valid(deps, requester, now):
        return None
    async with deps.storage.reading() as repositories:
        current = await repositories.sessions.find(session.user_id, session.id)
    checked = check_session(deps, current, session.authenticated_at, now)
    if isinstance(checked, AuthError):
        return None
    _record_use(deps, checked, client, now)
    return Requester(checked, requester.token)


def is_token_valid(deps: Dependencies, requester: Requester, now: datetime) -> bool:
    """Whether the access token of the requester has not expired, and the key that signed it has not been removed."""
    return requester.token is None or deps.tokens.verify(requester.token.text, now) is not None


def _record_use(deps: Dependencies, session: SessionRecord, client: ClientInfo, now: datetime) -> None:
    """Record the activity, with the device of the client if it is not the stored one."""
    if deps.activity.is_due(session, now):
        deps.activity.record(session, client.ip_address, now, _device_change(deps, session, client, now))


def _device_change(
    deps: Dependencies, session: SessionRecord, client: ClientInfo, now: datetime
) -> DeviceChange | None:
    # The sockets of many programs send no User-Agent, which says nothing about their device.
    if client.user_agent is None:
        return None
    seen = compare_devices(session.device, session.user_agent, client.user_agent, client.hints)
    if (seen.user_agent, seen.device) == (session.user_agent, session.device):
        return None
    return DeviceChange(
        seen, device_event(deps, session, EventKind.DEVICE_CHANGED, client, now) if seen.is_another else None
    )


def check_session(
    deps: Dependencies, session: SessionRecord | None, authenticated_at: datetime, now: datetime
) -> SessionRecord | AuthError:
    """Return the session if it is active and `authenticated_at` is not older than its last authentication.

    `authenticated_at` is the `auth_time` of the token. A re-authentication replaces older access tokens (ASVS 7.2.4).
    """
    if session is None or not is_usable(deps, session, now):
        return AuthError.ENDED
    # `auth_time` has whole seconds.
    if authenticated_at.replace(microsecond=0) < session.authenticated_at.replace(microsecond=0):
        return AuthError.REPLACED
    return session


def is_usable(deps: Dependencies, session: SessionRecord, now: datetime) -> bool:
    """Whether the session is active and of a kind that the operator accepts (`Policy.only_services`)."""
    if deps.policy.only_services and not session.by_service:
        return False
    return deps.storage.lifetimes.state(session, now) is SessionState.ACTIVE


def require_fresh_login(deps: Dependencies, requester: Requester) -> ReauthenticationRequired | None:
    """Return a failure if the last authentication is older than `Policy.fresh_login` (ASVS 7.5.2), else None."""
    max_age = deps.policy.fresh_login
    if not max_age or deps.clock() - requester.session.authenticated_at <= max_age:
        return None
    return ReauthenticationRequired(max_age_seconds=int(max_age.total_seconds()))
