"""Who asks: a valid token AND a live session row, read anew for every request."""

import ipaddress
import logging
from dataclasses import dataclass
from uuid import UUID

from resolvers.services import Services
from storage.records import SessionRecord, SessionState

log = logging.getLogger("sessionql.requester")


@dataclass(frozen=True, slots=True)
class Client:
    """What a request says of the program that sent it."""

    ip_address: str | None
    user_agent: str | None


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
    services.activity.note(session, client.ip_address, now)
    return Requester(session)


def canonical_address(text: str | None) -> str | None:
    """An IP address in its one spelling (RFC 5952), IPv4-mapped ones as IPv4; None for others."""
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address).partition("%")[0]
