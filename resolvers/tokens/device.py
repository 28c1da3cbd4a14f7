"""Device tokens: they prove that a user has logged in with this browser before ("device cookies" of OWASP).

They give no access. A log-in with one is counted apart from the attempts of strangers. Signed with the secret of the
refresh tokens under another label, and not in the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sessionql.resolvers.tokens.signed_ids import SignedIds

_TOKENS = SignedIds("sqld_", b"sessionql device token")
LIFETIME = timedelta(days=400)
"""Browsers keep no cookie for longer (RFC 6265bis, section 5.5)."""


@dataclass(frozen=True, slots=True)
class DeviceClaims:
    """The content of a device token."""

    user_id: UUID
    device_id: UUID


def sign(claims: DeviceClaims, secret: bytes, now: datetime) -> str:
    """Create a token that is valid for LIFETIME."""
    return _TOKENS.sign(claims.user_id, claims.device_id, int(now.timestamp()), secret)


def verify(token: str, secrets: Sequence[bytes], now: datetime) -> DeviceClaims | None:
    """Decode and verify a device token. None when it is too old or none of the secrets authenticates it."""
    found = _TOKENS.verify(token, secrets)
    if found is None:
        return None
    user_id, device_id, issued_at = found
    return DeviceClaims(user_id, device_id) if now < datetime.fromtimestamp(issued_at, UTC) + LIFETIME else None
