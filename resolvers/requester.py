"""Who asks: a valid token AND a live session row, read anew for every request."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.client_hints import NO_HINTS, ClientHints
from sessionql.storage.records import SessionRecord, SessionState

log = logging.getLogger("sessionql.requester")


class Unauthenticated(Exception):
    """The request is not signed in. `rejected`: it has credentials, and they are not valid or their session ended."""

    def __init__(self, rejected: bool) -> None:
        self.rejected = rejected
        ended = "This session has ended, or its token is not valid: refresh it, or log in."
        nobody = "Nobody is signed in: send `Authorization: Bearer <access token>`."
        super().__init__(ended if rejected else nobody)


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """What a request says of the program that sent it.

    `ip_address` is what may be kept of its address, `network` what its attempts are counted by.
    """

    ip_address: str | None
    user_agent: str | None
    network: str = "unknown"
    hints: ClientHints = NO_HINTS


@dataclass(frozen=True, slots=True)
class Requester:
    """Somebody signed in, and the session they ask with."""

    session: SessionRecord

    @property
    def user_id(self) -> UUID:
        return self.session.user_id


@dataclass(frozen=True, slots=True)
class ValidAccess:
    """A live session that an access token opens, and until when it does."""

    session: SessionRecord
    expires_at: datetime


class AuthError(StrEnum):
    """Why an access token is good for nothing: for the log, never for its sender."""

    INVALID = "not valid"
    ENDED = "its session has ended"
    REPLACED = "it was replaced"


async def authenticate(deps: Dependencies, token: str, client: ClientInfo) -> Requester | None:
    """Who sends this access token; None when it is no token of ours or its session has ended."""
    now = deps.clock()
    found = await check_access_token(deps, token, now)
    if isinstance(found, AuthError):
        log.info("Rejected an access token from %s: %s", client.ip_address, found.value)
        return None
    deps.activity.record(found.session, client.ip_address, now)
    return Requester(found.session)


async def check_access_token(deps: Dependencies, token: str, now: datetime) -> ValidAccess | AuthError:
    """What an access token opens now, or why it opens nothing. Looking is no use of the session."""
    claims = deps.tokens.verify(token, now)
    if claims is None:
        return AuthError.INVALID
    async with deps.storage.reading() as repositories:
        session = await repositories.sessions.find(claims.user_id, claims.session_id)
    standing = check_session(deps, session, claims.authenticated_at, now)
    return standing if isinstance(standing, AuthError) else ValidAccess(standing, claims.expires_at)


async def revalidate(deps: Dependencies, requester: Requester, client: ClientInfo) -> Requester | None:
    """The same requester with the session as it is now; None when they may ask no more."""
    session, now = requester.session, deps.clock()
    async with deps.storage.reading() as repositories:
        found = await repositories.sessions.find(session.user_id, session.id)
    standing = check_session(deps, found, session.authenticated_at, now)
    if isinstance(standing, AuthError):
        return None
    deps.activity.record(standing, client.ip_address, now)
    return Requester(standing)


def check_session(
    deps: Dependencies, session: SessionRecord | None, authenticated_at: datetime, now: datetime
) -> SessionRecord | AuthError:
    """The session, if whoever proved at `proved_at` who they are may ask with it."""
    if session is None or deps.storage.lifetimes.state(session, now) is not SessionState.ACTIVE:
        return AuthError.ENDED
    # A token from before the last proof of who its user is was replaced then (ASVS 7.2.4). Tokens tell seconds.
    if authenticated_at.replace(microsecond=0) < session.authenticated_at.replace(microsecond=0):
        return AuthError.REPLACED
    return session
