"""Refresh tokens: a session, its user and a generation, with an HMAC.

Neither the secret of the HMAC nor any part of a token is in the database. The same session and generation always give
the same token: tabs that refresh concurrently receive the same successor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sessionql.resolvers.tokens.signed_ids import SignedIds

_TOKENS = SignedIds("sqlr_", b"sessionql refresh token")


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """The content of a refresh token."""

    user_id: UUID
    session_id: UUID
    generation: int


def sign(claims: RefreshClaims, secret: bytes) -> str:
    """Create the refresh token of a session and generation. The same claims and secret give the same token."""
    return _TOKENS.sign(claims.user_id, claims.session_id, claims.generation, secret)


def verify(token: str, secrets: Sequence[bytes]) -> RefreshClaims | None:
    """Decode and verify a refresh token. None when none of the secrets authenticates it."""
    found = _TOKENS.verify(token, secrets)
    return None if found is None else RefreshClaims(*found)
