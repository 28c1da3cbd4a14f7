"""Token introspection (RFC 7662). It changes nothing: no rotation, no revocation, no recorded activity."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.refresh import is_racing
from sessionql.resolvers.requester import AuthError, check_access_token, is_usable
from sessionql.resolvers.tokens.refresh import RefreshClaims, verify
from sessionql.storage.records import SessionRecord


class TokenKind(StrEnum):
    """The two kinds of tokens."""

    ACCESS = "ACCESS"
    REFRESH = "REFRESH"


@dataclass(frozen=True, slots=True)
class ActiveToken:
    """A token that the server accepts now, its session, and when it expires."""

    kind: TokenKind
    expires_at: datetime
    session: SessionRecord


async def introspect(deps: Dependencies, token: str) -> ActiveToken | None:
    """Return the token if it is active. None otherwise, without a reason (RFC 7662, section 2.2)."""
    now = deps.clock()
    claims = verify(token, deps.tokens.keys().refresh)
    if claims is not None:
        return await _introspect_refresh_token(deps, claims, now)
    access = await check_access_token(deps, token, now)
    return (
        None
        if isinstance(access, AuthError)
        else ActiveToken(TokenKind.ACCESS, access.token.expires_at, access.session)
    )


async def _introspect_refresh_token(deps: Dependencies, claims: RefreshClaims, now: datetime) -> ActiveToken | None:
    async with deps.storage.reading() as repositories:
        session = await repositories.sessions.find(claims.user_id, claims.session_id)
    lifetimes = deps.storage.lifetimes
    if session is None or not is_usable(deps, session, now):
        return None
    expires_at = lifetimes.expires_at(session)
    if session.generation != claims.generation:
        if session.rotated_at is None or not is_racing(deps, session, claims.generation, now):
            return None
        expires_at = min(expires_at, session.rotated_at + deps.policy.refresh_grace)
    return ActiveToken(TokenKind.REFRESH, expires_at, session)
