"""The tokens of a session: one access token and one refresh token."""

from dataclasses import dataclass
from datetime import datetime

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.tokens import refresh as refresh_tokens
from sessionql.resolvers.tokens.access import AccessToken
from sessionql.resolvers.tokens.refresh import RefreshClaims
from sessionql.storage.records import SessionRecord


@dataclass(frozen=True, slots=True, repr=False)
class TokenPair:
    """An access token and a refresh token, returned to the client once."""

    access: AccessToken
    refresh: str
    refresh_expires_at: datetime


def issue_tokens(deps: Dependencies, session: SessionRecord, now: datetime) -> TokenPair:
    """Sign new tokens for the session. The refresh token has the session's current generation."""
    expires_at = deps.storage.lifetimes.expires_at(session)
    access = deps.tokens.sign(session, deps.new_id(), expires_at, now)
    claims = RefreshClaims(session.user_id, session.id, session.generation)
    return TokenPair(access, refresh_tokens.sign(claims, deps.tokens.keys().refresh[0]), expires_at)
