"""Every secret that a server received or issued, in each encoding in which it could leak."""

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

MIN_LENGTH = 8
"""Shorter pieces would be found by chance."""


class SecretTexts:
    """Secrets by kind. `add` one where it is created."""

    def __init__(self) -> None:
        self._needles: dict[bytes, str] = {}

    def add(self, kind: str, text: str) -> None:
        """Add a secret text: a password, a key as it is sent, a cookie."""
        for form in _forms(text.encode()):
            if len(form) >= MIN_LENGTH:
                self._needles.setdefault(form, kind)

    def add_access_token(self, token: str) -> None:
        """Add the whole token and its signature; the rest is public."""
        self.add("access token", token)
        self.add_base64url("signature of an access token", token.rpartition(".")[2])

    def add_refresh_token(self, token: str) -> None:
        """Add the whole token and its HMAC: the last 32 bytes."""
        self.add("refresh token", token)
        self.add_base64url("seal of a refresh token", token[-40:])

    def add_service_key(self, key: str) -> None:
        """Add the whole key and its secret part: the last 32 bytes."""
        self.add("service key", key)
        self.add_base64url("secret of a service key", key[-40:])

    def add_base64url(self, kind: str, text: str) -> None:
        """Add secret bytes in base64url without padding (RFC 7515)."""
        self.add(kind, text)
        for form in _forms(urlsafe_b64decode(text + "=" * (-len(text) % 4))):
            self._needles.setdefault(form, kind)

    def add_keys_file(self, path: Path) -> None:
        """Add every secret of the keys file."""
        content = json.loads(path.read_text())
        for key in content["signing"]:
            self.add_base64url("signing key", key["d"])
        for text in content["refresh"]:
            self.add_base64url("refresh secret", text)

    def found_in(self, haystack: bytes) -> set[str]:
        """Return the kinds of secrets that the bytes contain."""
        return {kind for needle, kind in self._needles.items() if needle in haystack}

    def __len__(self) -> int:
        return len(self._needles)


def _forms(raw: bytes) -> Iterator[bytes]:
    yield raw
    yield from (raw.hex().encode(), raw.hex().upper().encode())
    yield from (encode(raw).rstrip(b"=") for encode in (b64encode, urlsafe_b64encode))
    yield from (quote(raw).encode(), quote_plus(raw).encode())
