"""Who asks: a valid token AND a live session row, read anew for every request."""

import logging
from dataclasses import dataclass
from uuid import UUID

from resolvers.services import Services
from storage.records import SessionRecord, SessionState

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


@dataclass(frozen=True, slots=True)
class Requester:
    """Somebody signed in, and the session they ask with."""

    session: SessionRecord

    @property
    def user_id(self) -> UUID:
        return self.session.user_id


async def authenticate(services: Services, token: str, client: Client) -> Requester | None:
    """Who sends this access token; None when it is no token of ours or its session has ended."""
    now = services.clock()
    claims = services.tokens.verify(token, now)
    if claims is None:
        log.info("Rejected an access token from %s: not valid", client.ip_address)
        return None
    async with services.storage.reading() as repositories:
        session = await repositories.sessions.find(claims.user_id, claims.session_id)
    if session is None or services.storage.lifetimes.state(session, now) is not SessionState.ACTIVE:
        log.info("Rejected an access token from %s: its session has ended", client.ip_address)
        return None
    # A token from before the last proof of who its user is was replaced then (ASVS 7.2.4).
    if claims.authenticated_at < session.authenticated_at.replace(microsecond=0):
        log.info("Rejected an access token from %s: it was replaced", client.ip_address)
        return None
    services.activity.note(session, client.ip_address, now)
    return Requester(session)
