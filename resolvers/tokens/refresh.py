"""Refresh tokens: a session, its user and a generation, with an HMAC.

Neither the secret of the HMAC nor any part of a token is in the database. The same session and generation always give
the same token: tabs that refresh concurrently receive the same successor.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct
from uuid import UUID

# Version, user, session, generation, then 32 bytes of HMAC-SHA-256 (RFC 2104): 69 bytes are 92 base64url characters
# without spare bits, so that each token has exactly one encoding.
_BODY = Struct(">B16s16sI")
_VERSION = 1
_PREFIX = "sqlr_"
_PATTERN = re.compile(_PREFIX + r"[A-Za-z0-9_-]{92}")


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """The content of a refresh token."""

    user_id: UUID
    session_id: UUID
    generation: int


def sign(claims: RefreshClaims, secret: bytes) -> str:
    """Create the refresh token of a session and generation. The same claims and secret give the same token."""
    body = _BODY.pack(_VERSION, claims.user_id.bytes, claims.session_id.bytes, claims.generation)
    return _PREFIX + urlsafe_b64encode(body + _mac(body, secret)).decode()


def verify(token: str, secrets: Sequence[bytes]) -> RefreshClaims | None:
    """Decode and verify a refresh token. None when none of the secrets authenticates it."""
    if not _PATTERN.fullmatch(token):
        return None
    raw = urlsafe_b64decode(token.removeprefix(_PREFIX))
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    if not any(hmac.compare_digest(_mac(body, secret), mac) for secret in secrets):
        return None
    version, user_id, session_id, generation = _BODY.unpack(body)
    if version != _VERSION:
        return None
    return RefreshClaims(UUID(bytes=user_id), UUID(bytes=session_id), generation)


def _mac(body: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, b"sessionql refresh token" + body, "sha256")
