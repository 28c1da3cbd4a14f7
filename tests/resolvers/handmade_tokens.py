"""Access tokens made by hand, valid and forged, without PyJWT."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sessionql.resolvers.tokens.keys import KeyRing
from sessionql.storage.records import SessionRecord
from tests.resolvers.builders import NOW

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def base64url(raw: bytes) -> str:
    """Encode bytes as base64url without padding (RFC 7515)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def forge(header: object, claims: object, sign: Callable[[bytes], bytes]) -> str:
    """Build a token with any header and claims (bytes are used unchanged); PyJWT rejects most of them."""
    raw = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims))
    parts = ".".join(base64url(part) for part in raw)
    return f"{parts}.{base64url(sign(parts.encode()))}"


def valid_header(ring: KeyRing) -> dict[str, Any]:
    """Build the header of a token that the newest key of the ring signs."""
    return {"alg": "EdDSA", "kid": ring.signing[0].kid, "typ": "at+jwt"}


def valid_claims(session: SessionRecord, now: datetime = NOW, **changes: object) -> dict[str, Any]:
    """Build the claims of a token that is valid for five minutes; `...` removes a claim."""
    claims = {
        "iss": "sessionql",
        "aud": "sessionql",
        "sub": str(session.user_id),
        "sid": str(session.id),
        "jti": "019ab000-0000-7000-8000-0000000000a3",
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 300,
        "auth_time": int(now.timestamp()),
    } | changes
    return {name: value for name, value in claims.items() if value is not ...}


def signed(ring: KeyRing, claims: object, **headers: object) -> str:
    """Build a token with a valid signature of the newest key; `...` removes a header."""
    header = {name: value for name, value in (valid_header(ring) | headers).items() if value is not ...}
    return forge(header, claims, ring.signing[0].private.sign)


def hs256(secret: bytes) -> Callable[[bytes], bytes]:
    """Return a function that computes an HMAC-SHA-256."""
    return lambda message: hmac.digest(secret, message, "sha256")
