"""Access tokens: signed, short-lived, and good only while their session's row is alive.

The only user of PyJWT. A token is `at+jwt` (RFC 9068) under one pinned algorithm; every claim is
required, and each token has exactly one spelling.
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
"""Nothing of ours is longer, in characters."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_CLAIMS = ("iss", "aud", "sub", "sid", "jti", "iat", "exp", "auth_time")
# The clock is handed down, so the times are compared here and not by PyJWT. One audience, not a list.
_OPTIONS: Any = {"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "strict_aud": True}
_TYPE = "at+jwt"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid access token says."""

    user_id: UUID
    session_id: UUID
    authenticated_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class AccessToken:
    """A signed token, and when it expires."""

    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Signature:
    """How access tokens are signed: EdDSA with the key ring, or HS256 with one secret."""

    algorithm: str = "EdDSA"
    secret: str | None = None


class VerifiedTokenCache:
    """The claims of tokens whose signature was checked: it is the dearest step of a request.

    Holds digests, not tokens. Says nothing of sessions: their row is read every time.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._claims: OrderedDict[bytes, Claims] = OrderedDict()
        self._ring: KeyRing | None = None

    def get(self, token: str, keys: Callable[[], KeyRing]) -> Claims | None:
        """The claims, if the token was checked under the keys of today."""
        ring = keys()
        if ring is not self._ring:
            self._claims.clear()
            self._ring = ring
        return self._claims.get(_digest(token))

    def put(self, token: str, claims: Claims) -> None:
        """Keep the claims of a good token, in place of the oldest."""
        self._claims[_digest(token)] = claims
        if len(self._claims) > self._most:
            self._claims.popitem(last=False)


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()


class AccessTokens:
    """Signs access tokens and checks them."""

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
        self._issuer = issuer
        self._audience = audience
        self._lifetime = lifetime
        self._signature = signature
        self._verified = VerifiedTokenCache()

    def sign(self, session: SessionRecord, token_id: UUID, session_end: datetime, now: datetime) -> AccessToken:
        """A new access token of the session. It never outlives the session."""
        expires_at = min(now + self._lifetime, session_end).replace(microsecond=0)
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(session.user_id),
            "sid": str(session.id),
            "jti": str(token_id),
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
            "auth_time": int(session.authenticated_at.timestamp()),
        }
        key, headers = self._signing(now)
        text = jwt.encode(claims, key, algorithm=self._signature.algorithm, headers=headers)
        return AccessToken(text, expires_at)

    def verify(self, token: str, now: datetime) -> Claims | None:
        """What the token says; None when it is not one of ours, was changed, or has expired."""
        claims = self.read(token)
        return None if claims is None or claims.expires_at <= now else claims

    def read(self, token: str) -> Claims | None:
        """What the token says, whether or not it has expired; None when it is not one of ours."""
        if len(token) > MAX_TOKEN_LENGTH:
            return None
        claims = self._verified.get(token, self.keys)
        if claims is None:
            claims = self._check(token)
            if claims is not None:
                self._verified.put(token, claims)
        return claims

    def _check(self, token: str) -> Claims | None:
        if not _is_canonical(token):
            return None
        try:
            header = jwt.get_unverified_header(token)
            key = self._verifying(header)
            if key is None or header.get("typ") != _TYPE:
                return None
            claims = jwt.decode(
                token,
                key,
                algorithms=[self._signature.algorithm],
                audience=self._audience,
                issuer=self._issuer,
                options=_OPTIONS,
            )
        except (jwt.InvalidTokenError, ValueError, TypeError):
            return None
        return _read(claims)

    def to_jwks(self) -> dict[str, Any]:
        """The public keys; none when a shared secret signs."""
        return {"keys": []} if self._signature.secret else self.keys().to_jwks()

    def _signing(self, now: datetime) -> tuple[Any, dict[str, str]]:
        if self._signature.secret:
            return self._signature.secret, {"typ": _TYPE}
        key = self.keys().signing_key(now)
        return key.private, {"typ": _TYPE, "kid": key.kid}

    def _verifying(self, header: dict[str, Any]) -> Any:
        if self._signature.secret:
            return self._signature.secret
        key = self.keys().verifying_key(header.get("kid"))
        return key and key.public


def _is_canonical(token: str) -> bool:
    """Whether this is the token's one spelling: the last character may have spare bits."""
    if not _SHAPE.fullmatch(token):
        return False
    signature = token.rpartition(".")[2]
    try:
        return base64url.encode(base64url.decode(signature)) == signature
    except ValueError:
        return False


def _read(claims: dict[str, Any]) -> Claims | None:
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
