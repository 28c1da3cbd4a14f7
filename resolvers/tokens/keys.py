"""The server's keys: Ed25519 keys that sign access tokens, and secrets that authenticate refresh tokens (HMAC)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sessionql.resolvers.tokens import base64url

PUBLISHED_AHEAD = timedelta(minutes=10)
"""How long a new key is published before it signs, because other services may cache the key set."""

MAX_TOKEN_LIFETIME = timedelta(hours=1)
"""Maximum configurable lifetime of access tokens. Retired keys are deleted after this time."""

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """An Ed25519 key (RFC 8037), and from when on it signs."""

    kid: str
    private: Ed25519PrivateKey
    public: Ed25519PublicKey
    signs_from: datetime

    @classmethod
    def generate(cls, signs_from: datetime) -> "SigningKey":
        private = Ed25519PrivateKey.generate()
        return cls(secrets.token_hex(8), private, private.public_key(), signs_from)

    def to_jwk(self) -> dict[str, str]:
        """Return the public key as a JSON Web Key (RFC 7517)."""
        parameters = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid}
        return {**parameters, "x": base64url.encode(self.public.public_bytes_raw())}


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """The signing keys and the refresh-token secrets, newest first."""

    signing: tuple[SigningKey, ...]
    refresh: tuple[bytes, ...]

    @classmethod
    def generate(cls, now: datetime) -> "KeyRing":
        return cls((SigningKey.generate(now),), (secrets.token_bytes(SECRET_BYTES),))

    def signing_key(self, now: datetime) -> SigningKey:
        """Return the newest key whose publication period is over at `now`."""
        published = (key for key in self.signing if key.signs_from <= now)
        return next(published, self.signing[-1])

    def verifying_key(self, kid: object) -> SigningKey | None:
        """Return the key with this `kid`, or None."""
        return next((key for key in self.signing if key.kid == kid), None)

    def rotated(self, now: datetime, *, immediately: bool) -> "KeyRing":
        """Return a ring with a new signing key.

        `immediately` also removes the old keys, which invalidates all access tokens that they signed.
        """
        if immediately:
            return KeyRing((SigningKey.generate(now),), self.refresh)
        new = SigningKey.generate(now + PUBLISHED_AHEAD)
        # A key stops signing when its successor starts. Keep it until the last token that it signed has expired.
        kept = (
            key for successor, key in pairwise((new, *self.signing)) if successor.signs_from > now - MAX_TOKEN_LIFETIME
        )
        return KeyRing((new, *kept), self.refresh)

    def with_new_refresh_secret(self) -> "KeyRing":
        """Return a ring with a new refresh-token secret only: all users must log in again."""
        return KeyRing(self.signing, (secrets.token_bytes(SECRET_BYTES),))

    def to_jwks(self) -> dict[str, Any]:
        """Return the JSON Web Key Set to publish (RFC 7517)."""
        return {"keys": [key.to_jwk() for key in self.signing]}
