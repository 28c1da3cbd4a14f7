"""The server's secrets: keys that sign access tokens and secrets that seal refresh tokens.

They live in one file beside the database, never in it: whoever reads the database can make no
token of what they find. Several workers or machines share the file.
"""

import json
import logging
import os
import secrets
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

log = logging.getLogger("sessionql.keys")

PUBLISHED_AHEAD = timedelta(minutes=10)
"""A new key is in the key set for this long before it signs: others may cache the set."""

LONGEST_TOKEN = timedelta(hours=1)
"""No access token may be set to live longer, so that a retired key can be forgotten."""

SECRET_BYTES = 32


class KeysError(Exception):
    """The keys file cannot be used; the message says what to do."""


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
        return {**names, "x": _encode(self.public.public_bytes_raw())}


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
        kept = (key for successor, key in pairwise((new, *self.signing)) if successor.signs_from > now - LONGEST_TOKEN)
        return KeyRing((new, *kept), self.refresh)

    def resealed(self) -> "KeyRing":
        """With a new secret for refresh tokens and without the old: everybody logs in again."""
        return KeyRing(self.signing, (secrets.token_bytes(SECRET_BYTES),))

    def to_jwks(self) -> dict[str, Any]:
        """The JSON Web Key Set to publish (RFC 7517)."""
        return {"keys": [key.to_jwk() for key in self.signing]}


class KeyFile:
    """The keys in a file that only its owner may read. Changes to it are noticed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._ring: KeyRing | None = None

    @property
    def ring(self) -> KeyRing:
        """The keys as last read."""
        if self._ring is None:
            self.reload()
        if self._ring is None:
            raise KeysError(f"No keys in {self._path}.")
        return self._ring

    def load_or_create(self, now: datetime) -> KeyRing:
        """Read the file, or make it with new keys at the first start. Raises KeysError."""
        if not self._path.exists():
            self._create(KeyRing.generate(now))
        return self.ring

    def reload(self) -> bool:
        """Read the file again if it changed; True when it did. Raises KeysError."""
        try:
            found = self._path.stat()
        except OSError as error:
            raise KeysError(f"Cannot read {self._path}: {error.strerror}.") from error
        seen = (found.st_mtime_ns, found.st_ino)
        if seen == self._seen:
            return False
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise KeysError(f"Others may read {self._path}. Run `chmod 600 {self._path}`.")
        self._ring = _read(self._path)
        self._seen = seen
        return True

    def replace(self, ring: KeyRing) -> None:
        """Write other keys, so that a reader finds the old file or the new one, whole."""
        with self._writing():
            self._written(ring).replace(self._path)
        self.reload()

    def _create(self, ring: KeyRing) -> None:
        # Several workers may start at once: `link` lets the first one win, the others read.
        with self._writing():
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._written(ring)
            try:
                os.link(draft, self._path)
            except FileExistsError:
                return
            finally:
                draft.unlink()
        log.info("Made new keys in %s. Keep this file secret, and keep a copy.", self._path)

    def _written(self, ring: KeyRing) -> Path:
        """The ring in a file beside the real one, safely on the disk."""
        draft = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w") as file:
                json.dump(_to_json(ring), file, indent=2)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            draft.unlink()
            raise
        return draft

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise KeysError(f"Cannot write {self._path}: {error.strerror}.") from error


def _to_json(ring: KeyRing) -> dict[str, Any]:
    signing = [
        {
            "kid": key.kid,
            "d": _encode(key.private.private_bytes_raw()),
            "signs_from": key.signs_from.isoformat(),
        }
        for key in ring.signing
    ]
    return {"version": 1, "signing": signing, "refresh": [_encode(key) for key in ring.refresh]}


def _read(path: Path) -> KeyRing:
    try:
        content = json.loads(path.read_text())
        signing = tuple(_read_signing(entry) for entry in content["signing"])
        refresh = tuple(_decode(text) for text in content["refresh"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise KeysError(f"{path} is not a keys file, or is damaged: restore it.") from error
    if not signing or not refresh or any(len(key) < SECRET_BYTES for key in refresh):
        raise KeysError(f"{path} lacks a signing key or a refresh secret of 32 bytes.")
    return KeyRing(signing, refresh)


def _read_signing(entry: dict[str, Any]) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(_decode(entry["d"]))
    signs_from = datetime.fromisoformat(entry["signs_from"]).astimezone(UTC)
    if not isinstance(entry["kid"], str):
        raise TypeError("a key id is text")
    return SigningKey(entry["kid"], private, private.public_key(), signs_from)


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
