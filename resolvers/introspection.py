"""What a token is good for now (RFC 7662). Asking uses nothing up: no rotation, no revocation, no activity."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.refresh import is_racing
from sessionql.resolvers.requester import Refusal, check_access
from sessionql.resolvers.tokens.refresh import RefreshClaims, unseal
from sessionql.storage.records import SessionRecord, SessionState


class TokenKind(StrEnum):
    """What a token is for."""

    ACCESS = "ACCESS"
    REFRESH = "REFRESH"


@dataclass(frozen=True, slots=True)
class ActiveToken:
    """A token that would be taken now, of which session, and until when."""

    kind: TokenKind
    expires_at: datetime
    session: SessionRecord


async def introspect(services: Services, token: str) -> ActiveToken | None:
    """The token if it is active; None for whatever else, and nothing says why."""
    now = services.clock()
    claims = unseal(token, services.tokens.keys().refresh)
    if claims is not None:
        return await _refresh(services, claims, now)
    found = await check_access(services, token, now)
    return None if isinstance(found, Refusal) else ActiveToken(TokenKind.ACCESS, found.expires_at, found.session)


async def _refresh(services: Services, claims: RefreshClaims, now: datetime) -> ActiveToken | None:
    async with services.storage.reading() as repositories:
        session = await repositories.sessions.find(claims.user_id, claims.session_id)
    lifetimes = services.storage.lifetimes
    if session is None or lifetimes.state(session, now) is not SessionState.ACTIVE:
        return None
    end = lifetimes.expires_at(session)
    if session.generation != claims.generation:
        if session.rotated_at is None or not is_racing(services, session, claims.generation, now):
            return None
        end = min(end, session.rotated_at + services.policy.refresh_grace)
    return ActiveToken(TokenKind.REFRESH, end, session)
