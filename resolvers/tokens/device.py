"""Device tokens: they prove that a user has logged in with this browser before ("device cookies" of OWASP).

They give no access. A log-in with one is counted apart from the attempts of strangers. Signed with the secret of the
refresh tokens under another label, and not in the database.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from struct import Struct
from uuid import UUID

# Version, user, device, time of issue, then 32 bytes of HMAC-SHA-256 (RFC 2104): 92 base64url characters.
_BODY = Struct(">B16s16sI")
_VERSION = 1
_PREFIX = "sqld_"
_PATTERN = re.compile(_PREFIX + r"[A-Za-z0-9_-]{92}")
LIFETIME = timedelta(days=400)
"""Browsers keep no cookie for longer (RFC 6265bis, section 5.5)."""


@dataclass(frozen=True, slots=True)
class DeviceClaims:
    """The content of a device token."""

    user_id: UUID
    device_id: UUID


def sign(claims: DeviceClaims, secret: bytes, now: datetime) -> str:
    """Create a token that is valid for LIFETIME."""
    body = _BODY.pack(_VERSION, claims.user_id.bytes, claims.device_id.bytes, int(now.timestamp()))
    return _PREFIX + urlsafe_b64encode(body + _mac(body, secret)).decode()


def verify(token: str, secrets: Sequence[bytes], now: datetime) -> DeviceClaims | None:
    """Decode and verify a device token. None when it is too old or none of the secrets authenticates it."""
    if not _PATTERN.fullmatch(token):
        return None
    raw = urlsafe_b64decode(token.removeprefix(_PREFIX))
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    if not any(hmac.compare_digest(_mac(body, secret), mac) for secret in secrets):
        return None
    version, user_id, device_id, issued_at = _BODY.unpack(body)
    if version != _VERSION or datetime.fromtimestamp(issued_at, UTC) + LIFETIME <= now:
        return None
    return DeviceClaims(UUID(bytes=user_id), UUID(bytes=device_id))


def _mac(body: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, b"sessionql device token" + body, "sha256")
