"""The file of the server's secrets. It lies beside the database, never in it: whoever reads the
database can make no token of what they find. Several workers or machines share the file.
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
"""So few different bytes are no secret. Of 32 random ones about 30 differ; less than 12, never in practice."""


class KeysError(Exception):
    """The keys file cannot be used; the message says what to do."""


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
        raise KeysError(f"{path} is not a keys file, or is damaged: restore it.") from error
    if not signing or not refresh or any(len(key) < SECRET_BYTES for key in refresh):
        raise KeysError(f"{path} lacks a signing key or a refresh secret of 32 bytes.")
    ring = KeyRing(signing, refresh)
    if fault := _weakness(ring):
        raise KeysError(f"{path} has {fault}: restore it, or move it away, and the next start makes new keys.")
    return ring


def _weakness(ring: KeyRing) -> str | None:
    """What makes the secrets worth less than they look: somebody wrote or copied them by hand."""
    secrets_ = [*(key.private.private_bytes_raw() for key in ring.signing), *ring.refresh]
    if any(_is_guessable(each) for each in secrets_):
        return "a secret that can be guessed"
    if len(set(secrets_)) < len(secrets_):
        return "the same secret twice"
    if len({key.kid for key in ring.signing}) < len(ring.signing):
        return "two keys of one id"
    return None


def _is_guessable(secret: bytes) -> bool:
    """Whether the bytes, or the steps from each to the next, are few: random ones never are."""
    steps = {(after - before) % 256 for before, after in pairwise(secret)}
    return min(len(set(secret)), len(steps)) < MIN_DISTINCT_BYTES


def _read_signing(entry: dict[str, Any]) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(base64url.decode(entry["d"]))
    signs_from = datetime.fromisoformat(entry["signs_from"]).astimezone(UTC)
    if not isinstance(entry["kid"], str):
        raise TypeError("a key id is text")
    return SigningKey(entry["kid"], private, private.public_key(), signs_from)
