"""The server's secrets: keys that sign access tokens and secrets that seal refresh tokens."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sessionql.resolvers.tokens import base64url

PUBLISHED_AHEAD = timedelta(minutes=10)
"""A new key is in the key set for this long before it signs: others may cache the set."""

MAX_TOKEN_LIFETIME = timedelta(hours=1)
"""No access token may be set to live longer, so that a retired key can be forgotten."""

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """An Ed25519 key (RFC 8037) and when it begins to sign."""

    kid: str
    private: Ed25519PrivateKey
    public: Ed25519PublicKey
    signs_from: datetime

    @classmethod
    def generate(cls, signs_from: datetime) -> "SigningKey":
        private = Ed25519PrivateKey.generate()
        return cls(secrets.token_hex(8), private, private.public_key(), signs_from)

    def to_jwk(self) -> dict[str, str]:
        """The public half, for a JSON Web Key Set (RFC 7517)."""
        names = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid}
        return {**names, "x": base64url.encode(self.public.public_bytes_raw())}


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """All keys there are, newest first."""

    signing: tuple[SigningKey, ...]
    refresh: tuple[bytes, ...]

    @classmethod
    def generate(cls, now: datetime) -> "KeyRing":
        return cls((SigningKey.generate(now),), (secrets.token_bytes(SECRET_BYTES),))

    def signing_key(self, now: datetime) -> SigningKey:
        """The key that signs at `now`: the newest that others had time to learn of."""
        ready = (key for key in self.signing if key.signs_from <= now)
        return next(ready, self.signing[-1])

    def verifying_key(self, kid: object) -> SigningKey | None:
        """The key of this id, or None."""
        return next((key for key in self.signing if key.kid == kid), None)

    def rotated(self, now: datetime, *, at_once: bool) -> "KeyRing":
        """With a new signing key. `at_once` drops the old ones too, with all they have signed."""
        if at_once:
            return KeyRing((SigningKey.generate(now),), self.refresh)
        new = SigningKey.generate(now + PUBLISHED_AHEAD)
        # A key stops to sign when its successor begins; keep it while its last tokens may live.
        kept = (
            key for successor, key in pairwise((new, *self.signing)) if successor.signs_from > now - MAX_TOKEN_LIFETIME
        )
        return KeyRing((new, *kept), self.refresh)

    def with_new_refresh_secret(self) -> "KeyRing":
        """With a new secret for refresh tokens and without the old: everybody logs in again."""
        return KeyRing(self.signing, (secrets.token_bytes(SECRET_BYTES),))

    def to_jwks(self) -> dict[str, Any]:
        """The JSON Web Key Set to publish (RFC 7517)."""
        return {"keys": [key.to_jwk() for key in self.signing]}
