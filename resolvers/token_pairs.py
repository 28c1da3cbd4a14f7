"""What a session is used with: one access token and one refresh token."""

from dataclasses import dataclass
from datetime import datetime

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.tokens import refresh as refresh_tokens
from sessionql.resolvers.tokens.access import AccessToken
from sessionql.resolvers.tokens.refresh import RefreshClaims
from sessionql.storage.records import SessionRecord


@dataclass(frozen=True, slots=True, repr=False)
class TokenPair:
    """The tokens of a session, as handed to its client once."""

    access: AccessToken
    refresh: str
    refresh_expires_at: datetime


def issue_tokens(deps: Dependencies, session: SessionRecord, now: datetime) -> TokenPair:
    """New tokens for the session as it is now. The refresh token is that of its generation."""
    end = deps.storage.lifetimes.expires_at(session)
    access = deps.tokens.sign(session, deps.new_id(), end, now)
    claims = RefreshClaims(session.user_id, session.id, session.generation)
    return TokenPair(access, refresh_tokens.sign(claims, deps.tokens.keys().refresh[0]), end)
