"""Refresh tokens: a session, its user and a generation, sealed with an HMAC.

The seal's secret is never in the database, and nothing of a token is. The same session and
generation always give the same text: that is how tabs that refresh at once get one successor.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct
from uuid import UUID

# Version, user, session, generation, then 32 bytes of HMAC-SHA-256 (RFC 2104): 69 bytes, which
# base64url writes in 92 characters with no bit to spare, so that each token has one spelling.
_BODY = Struct(">B16s16sI")
_VERSION = 1
_PREFIX = "sqlr_"
_SHAPE = re.compile(_PREFIX + r"[A-Za-z0-9_-]{92}")


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """What a refresh token says."""

    user_id: UUID
    session_id: UUID
    generation: int


def sign(claims: RefreshClaims, secret: bytes) -> str:
    """The refresh token of this session and generation."""
    body = _BODY.pack(_VERSION, claims.user_id.bytes, claims.session_id.bytes, claims.generation)
    return _PREFIX + urlsafe_b64encode(body + _mac(body, secret)).decode()


def verify(token: str, secrets: Sequence[bytes]) -> RefreshClaims | None:
    """What the token says; None when no secret of ours sealed it or a character was changed."""
    if not _SHAPE.fullmatch(token):
        return None
    raw = urlsafe_b64decode(token.removeprefix(_PREFIX))
    body, seal_ = raw[: _BODY.size], raw[_BODY.size :]
    if not any(hmac.compare_digest(_mac(body, secret), seal_) for secret in secrets):
        return None
    version, user_id, session_id, generation = _BODY.unpack(body)
    if version != _VERSION:
        return None
    return RefreshClaims(UUID(bytes=user_id), UUID(bytes=session_id), generation)


def _mac(body: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, b"sessionql refresh token" + body, "sha256")
