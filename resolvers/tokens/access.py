"""Access tokens: signed, short-lived, and valid only while the session's row is active.

The only module that imports PyJWT. A token is an `at+jwt` (RFC 9068) under one pinned algorithm; every claim is
required, and each token has exactly one encoding.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import jwt

from sessionql.resolvers.tokens import base64url
from sessionql.resolvers.tokens.keys import KeyRing
from sessionql.resolvers.values.ids import parse_id
from sessionql.storage.records import SessionRecord

MAX_TOKEN_LENGTH = 2048
"""In characters; longer than any token that this server signs."""

_PATTERN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_CLAIMS = ("iss", "aud", "sub", "sid", "jti", "iat", "exp", "auth_time")
# Times are compared here with the injected clock, not by PyJWT. The audience is one string, not a list.
_OPTIONS: Any = {"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "strict_aud": True}
_TYPE = "at+jwt"


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a valid access token that the server uses."""

    user_id: UUID
    session_id: UUID
    authenticated_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class AccessToken:
    """A signed access token and its expiry."""

    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Signature:
    """The signature algorithm: EdDSA with the key ring, or HS256 with a shared secret."""

    algorithm: str = "EdDSA"
    secret: str | None = None


class VerifiedTokenCache:
    """Caches the claims of verified tokens: the signature check is the most expensive step of a request.

    Stores digests, not tokens. Does not cache sessions: their row is read for every request.
    """

    def __init__(self, max_entries: int = 10_000) -> None:
        self._max_entries = max_entries
        self._claims: OrderedDict[bytes, Claims] = OrderedDict()
        self._ring: KeyRing | None = None

    def get(self, token: str, keys: Callable[[], KeyRing]) -> Claims | None:
        """Return the claims if the token was verified with the current keys, else None."""
        ring = keys()
        if ring is not self._ring:
            self._claims.clear()
            self._ring = ring
        return self._claims.get(_digest(token))

    def put(self, token: str, claims: Claims) -> None:
        """Add the claims of a verified token. Evicts the oldest entry when the cache is full."""
        self._claims[_digest(token)] = claims
        if len(self._claims) > self._max_entries:
            self._claims.popitem(last=False)


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()


class AccessTokens:
    """Signs and verifies access tokens."""

    def __init__(
        self,
        keys: Callable[[], KeyRing],
        *,
        issuer: str,
        audience: str,
        lifetime: timedelta,
        signature: Signature = Signature(),
    ) -> None:
        self.keys = keys
        self.issuer = issuer
        self._audience = audience
        self._lifetime = lifetime
        self._signature = signature
        self._verified = VerifiedTokenCache()

    def sign(self, session: SessionRecord, token_id: UUID, session_end: datetime, now: datetime) -> AccessToken:
        """Sign an access token for the session. It expires with the session at the latest."""
        expires_at = min(now + self._lifetime, session_end).replace(microsecond=0)
        claims = {
            "iss": self.issuer,
            "aud": self._audience,
            "sub": str(session.user_id),
            "sid": str(session.id),
            "jti": str(token_id),
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
            "auth_time": int(session.authenticated_at.timestamp()),
        }
        key, headers = self._signing_key(now)
        text = jwt.encode(claims, key, algorithm=self._signature.algorithm, headers=headers)
        return AccessToken(text, expires_at)

    def verify(self, token: str, now: datetime) -> Claims | None:
        """Verify a token, including its expiry at `now`. None when it is not valid."""
        claims = self.read(token)
        return None if claims is None or claims.expires_at <= now else claims

    def read(self, token: str) -> Claims | None:
        """Verify a token except for its expiry. None when this server did not sign it."""
        if len(token) > MAX_TOKEN_LENGTH:
            return None
        claims = self._verified.get(token, self.keys)
        if claims is None:
            claims = self._verify_signature(token)
            if claims is not None:
                self._verified.put(token, claims)
        return claims

    def _verify_signature(self, token: str) -> Claims | None:
        if not _is_canonical(token):
            return None
        try:
            header = jwt.get_unverified_header(token)
            key = self._verification_key(header)
            if key is None or header.get("typ") != _TYPE:
                return None
            claims = jwt.decode(
                token,
                key,
                algorithms=[self._signature.algorithm],
                audience=self._audience,
                issuer=self.issuer,
                options=_OPTIONS,
            )
        except (jwt.InvalidTokenError, ValueError, TypeError):
            return None
        return _parse_claims(claims)

    def to_jwks(self) -> dict[str, Any]:
        """Return the public keys as a JSON Web Key Set; empty with a shared secret."""
        return {"keys": []} if self._signature.secret else self.keys().to_jwks()

    def _signing_key(self, now: datetime) -> tuple[Any, dict[str, str]]:
        if self._signature.secret:
            return self._signature.secret, {"typ": _TYPE}
        key = self.keys().signing_key(now)
        return key.private, {"typ": _TYPE, "kid": key.kid}

    def _verification_key(self, header: dict[str, Any]) -> Any:
        if self._signature.secret:
            return self._signature.secret
        key = self.keys().verifying_key(header.get("kid"))
        return key and key.public


def _is_canonical(token: str) -> bool:
    """Whether the token is in canonical form: the last character of a signature may have spare bits."""
    if not _PATTERN.fullmatch(token):
        return False
    signature = token.rpartition(".")[2]
    try:
        return base64url.encode(base64url.decode(signature)) == signature
    except ValueError:
        return False


def _parse_claims(claims: dict[str, Any]) -> Claims | None:
    times = (claims["exp"], claims["auth_time"], claims["iat"])
    if not all(type(time) is int and time >= 0 for time in times):
        return None
    user_id, session_id, token_id = (parse_id(str(claims[name])) for name in ("sub", "sid", "jti"))
    if user_id is None or session_id is None or token_id is None:
        return None
    try:
        expires_at, authenticated_at, _ = (datetime.fromtimestamp(time, UTC) for time in times)
    except (OverflowError, OSError, ValueError):
        return None
    return Claims(user_id, session_id, authenticated_at, expires_at)
