"""What a session is used with: one access token and one refresh token."""

from dataclasses import dataclass
from datetime import datetime

from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.tokens import refresh as refresh_tokens
from sessionql.resolvers.tokens.access import AccessToken
from sessionql.resolvers.tokens.refresh import RefreshClaims
from sessionql.storage.records import SessionRecord


@dataclass(frozen=True, slots=True, repr=False)
class Grant:
    """The tokens of a session, as handed to its client once."""

    access: AccessToken
    refresh: str
    refresh_expires_at: datetime


def grant(services: Services, session: SessionRecord, now: datetime) -> Grant:
    """New tokens for the session as it is now. The refresh token is that of its generation."""
    end = services.storage.lifetimes.expires_at(session)
    access = services.tokens.sign(session, services.new_id(), end, now)
    claims = RefreshClaims(session.user_id, session.id, session.generation)
    return Grant(access, refresh_tokens.seal(claims, services.tokens.keys().refresh[0]), end)
