"""What a token is good for now (RFC 7662). Asking uses nothing up: no rotation, no revocation, no activity."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.refresh import is_racing
from sessionql.resolvers.requester import AuthError, check_access_token
from sessionql.resolvers.tokens.refresh import RefreshClaims, verify
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


async def introspect(deps: Dependencies, token: str) -> ActiveToken | None:
    """The token if it is active; None for whatever else, and nothing says why."""
    now = deps.clock()
    claims = verify(token, deps.tokens.keys().refresh)
    if claims is not None:
        return await _refresh(deps, claims, now)
    found = await check_access_token(deps, token, now)
    return None if isinstance(found, AuthError) else ActiveToken(TokenKind.ACCESS, found.expires_at, found.session)


async def _refresh(deps: Dependencies, claims: RefreshClaims, now: datetime) -> ActiveToken | None:
    async with deps.storage.reading() as repositories:
        session = await repositories.sessions.find(claims.user_id, claims.session_id)
    lifetimes = deps.storage.lifetimes
    if session is None or lifetimes.state(session, now) is not SessionState.ACTIVE:
        return None
    end = lifetimes.expires_at(session)
    if session.generation != claims.generation:
        if session.rotated_at is None or not is_racing(deps, session, claims.generation, now):
            return None
        end = min(end, session.rotated_at + deps.policy.refresh_grace)
    return ActiveToken(TokenKind.REFRESH, end, session)
