"""Who asks: a valid token AND a live session row, read anew for every request."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.devices.client_hints import NO_HINTS, ClientHints
from sessionql.storage.records import SessionRecord, SessionState

log = logging.getLogger("sessionql.requester")


class Unauthenticated(Exception):
    """Nobody is signed in; or somebody was (`rejected`), and their session or token is good no longer."""

    def __init__(self, rejected: bool) -> None:
        ended = "This session has ended, or its token is not valid: refresh it, or log in."
        nobody = "Nobody is signed in: send `Authorization: Bearer <access token>`."
        super().__init__(ended if rejected else nobody)


@dataclass(frozen=True, slots=True)
class Client:
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
class Access:
    """A live session that an access token opens, and until when it does."""

    session: SessionRecord
    expires_at: datetime


class Refusal(StrEnum):
    """Why an access token is good for nothing: for the log, never for its sender."""

    NOT_VALID = "not valid"
    ENDED = "its session has ended"
    REPLACED = "it was replaced"


async def authenticate(services: Services, token: str, client: Client) -> Requester | None:
    """Who sends this access token; None when it is no token of ours or its session has ended."""
    now = services.clock()
    found = await check_access(services, token, now)
    if isinstance(found, Refusal):
        log.info("Rejected an access token from %s: %s", client.ip_address, found.value)
        return None
    services.activity.note(found.session, client.ip_address, now)
    return Requester(found.session)


async def check_access(services: Services, token: str, now: datetime) -> Access | Refusal:
    """What an access token opens now, or why it opens nothing. Looking is no use of the session."""
    claims = services.tokens.verify(token, now)
    if claims is None:
        return Refusal.NOT_VALID
    async with services.storage.reading() as repositories:
        session = await repositories.sessions.find(claims.user_id, claims.session_id)
    standing = judge(services, session, claims.authenticated_at, now)
    return standing if isinstance(standing, Refusal) else Access(standing, claims.expires_at)


async def ask_again(services: Services, requester: Requester, client: Client) -> Requester | None:
    """The same requester with the session as it is now; None when they may ask no more."""
    session, now = requester.session, services.clock()
    async with services.storage.reading() as repositories:
        found = await repositories.sessions.find(session.user_id, session.id)
    standing = judge(services, found, session.authenticated_at, now)
    if isinstance(standing, Refusal):
        return None
    services.activity.note(standing, client.ip_address, now)
    return Requester(standing)


def judge(
    services: Services, session: SessionRecord | None, proved_at: datetime, now: datetime
) -> SessionRecord | Refusal:
    """The session, if whoever proved at `proved_at` who they are may ask with it."""
    if session is None or services.storage.lifetimes.state(session, now) is not SessionState.ACTIVE:
        return Refusal.ENDED
    # A token from before the last proof of who its user is was replaced then (ASVS 7.2.4). Tokens tell seconds.
    if proved_at.replace(microsecond=0) < session.authenticated_at.replace(microsecond=0):
        return Refusal.REPLACED
    return session
