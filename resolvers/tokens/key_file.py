"""The keys file with the server's secrets. All workers and machines share it.

It is separate from the database, so that a leaked database contains nothing to create tokens with.
"""

import json
import logging
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sessionql.resolvers.tokens import base64url
from sessionql.resolvers.tokens.keys import SECRET_BYTES, KeyRing, SigningKey

log = logging.getLogger("sessionql.keys")

MIN_DISTINCT_BYTES = 12
"""Minimum number of different bytes in a secret. 32 random bytes have about 30, and in practice never fewer than 12."""


class KeysError(Exception):
    """The keys file cannot be used; the message says what to do."""


class KeyFile:
    """Keys in a file that only its owner may read. `reload` detects changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version: tuple[int, int] | None = None
        self._ring: KeyRing | None = None

    @property
    def ring(self) -> KeyRing:
        """The keys of the last successful read. Raises KeysError."""
        return self.current()

    def current(self) -> KeyRing:
        """Return `ring`, for code that takes a function. Raises KeysError."""
        if self._ring is None:
            self.reload()
        if self._ring is None:
            raise KeysError(f"{self._path} has not been read.")
        return self._ring

    def load_or_create(self, now: datetime) -> KeyRing:
        """Read the file; create it with new keys at the first start. Raises KeysError."""
        if not self._path.exists():
            self._create(KeyRing.generate(now))
        return self.ring

    def reload(self) -> bool:
        """Read the file again if it changed. Returns whether it changed. Raises KeysError."""
        try:
            status = self._path.stat()
        except OSError as error:
            raise KeysError(f"Cannot read {self._path}: {error.strerror}.") from error
        version = (status.st_mtime_ns, status.st_ino)
        if version == self._version:
            return False
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise KeysError(f"Other users can read {self._path}. Run `chmod 600 {self._path}`.")
        self._ring = _read(self._path)
        self._version = version
        return True

    def replace(self, ring: KeyRing) -> None:
        """Replace the keys atomically: a reader finds the complete old or the complete new file. Raises KeysError."""
        with self._write_errors():
            self._write_draft(ring).replace(self._path)
        self.reload()

    def _create(self, ring: KeyRing) -> None:
        # Several workers may start concurrently: `link` succeeds for the first one, the others read its file.
        with self._write_errors():
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._write_draft(ring)
            try:
                os.link(draft, self._path)
            except FileExistsError:
                return
            finally:
                draft.unlink()
        log.info("Created new keys in %s. Keep this file secret, and make a backup copy.", self._path)

    def _write_draft(self, ring: KeyRing) -> Path:
        """Write the ring to a temporary file in the same directory and flush it to the disk."""
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
    def _write_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise KeysError(f"Cannot write {self._path}: {error.strerror}.") from error


def _to_json(ring: KeyRing) -> dict[str, Any]:
    signing = [
        {
            "kid": key.kid,
            "d": base64url.encode(key.private.private_bytes_raw()),
            "signs_from": key.signs_from.isoformat(),
        }
        for key in ring.signing
    ]
    return {"version": 1, "signing": signing, "refresh": [base64url.encode(key) for key in ring.refresh]}


def _read(path: Path) -> KeyRing:
    try:
        content = json.loads(path.read_text())
        signing = tuple(_read_signing(entry) for entry in content["signing"])
        refresh = tuple(base64url.decode(text) for text in content["refresh"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise KeysError(f"{path} is not a keys file, or it is damaged. Restore it from a backup copy.") from error
    if not signing or not refresh or any(len(key) < SECRET_BYTES for key in refresh):
        raise KeysError(
            f"{path} lacks a signing key or a refresh secret of {SECRET_BYTES} bytes. Restore it from a backup copy."
        )
    ring = KeyRing(signing, refresh)
    if weakness := _weakness(ring):
        raise KeysError(
            f"{path} has {weakness}. Restore it from a backup copy, or move it away: the next start creates new keys."
        )
    return ring


def _weakness(ring: KeyRing) -> str | None:
    """Return why the secrets are weak (for example written or copied by hand), or None."""
    secrets_ = [*(key.private.private_bytes_raw() for key in ring.signing), *ring.refresh]
    if any(_is_guessable(secret) for secret in secrets_):
        return "a secret that can be guessed"
    if len(set(secrets_)) < len(secrets_):
        return "the same secret twice"
    if len({key.kid for key in ring.signing}) < len(ring.signing):
        return "two keys with the same key ID"
    return None


def _is_guessable(secret: bytes) -> bool:
    """Whether the bytes, or the differences between neighbours, have too few distinct values to be random."""
    differences = {(after - before) % 256 for before, after in pairwise(secret)}
    return min(len(set(secret)), len(differences)) < MIN_DISTINCT_BYTES


def _read_signing(entry: dict[str, Any]) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(base64url.decode(entry["d"]))
    signs_from = datetime.fromisoformat(entry["signs_from"]).astimezone(UTC)
    if not isinstance(entry["kid"], str):
        raise TypeError("a key ID must be a string")
    return SigningKey(entry["kid"], private, private.public_key(), signs_from)
