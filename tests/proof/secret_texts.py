"""Everything secret that a server was sent or gave out, in every form in which it might lie about."""

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

LEAST = 8
"""Characters of a piece: shorter ones are found by chance."""


class SecretTexts:
    """Secrets by kind. One of a new kind is found like the others: `add` it where it is made."""

    def __init__(self) -> None:
        self._needles: dict[bytes, str] = {}

    def add(self, kind: str, text: str) -> None:
        """A secret text: a password, a key as it is sent, a cookie."""
        for form in _forms(text.encode()):
            if len(form) >= LEAST:
                self._needles.setdefault(form, kind)

    def add_access_token(self, token: str) -> None:
        """The whole token, and the signature without which the rest is public."""
        self.add("access token", token)
        self.add_base64url("signature of an access token", token.rpartition(".")[2])

    def add_refresh_token(self, token: str) -> None:
        """The whole token, and the seal: its last 32 bytes."""
        self.add("refresh token", token)
        self.add_base64url("seal of a refresh token", token[-40:])

    def add_service_key(self, key: str) -> None:
        """The whole key, and the secret in it: its last 32 bytes, without the first two of them."""
        self.add("service key", key)
        self.add_base64url("secret of a service key", key[-40:])

    def add_base64url(self, kind: str, text: str) -> None:
        """Secret bytes, written as JOSE does."""
        self.add(kind, text)
        for form in _forms(urlsafe_b64decode(text + "=" * (-len(text) % 4))):
            self._needles.setdefault(form, kind)

    def add_keys_file(self, path: Path) -> None:
        """Every secret of the keys file."""
        content = json.loads(path.read_text())
        for key in content["signing"]:
            self.add_base64url("signing key", key["d"])
        for text in content["refresh"]:
            self.add_base64url("refresh secret", text)

    def found_in(self, haystack: bytes) -> set[str]:
        """The kinds of secrets that are in there."""
        return {kind for needle, kind in self._needles.items() if needle in haystack}

    def __len__(self) -> int:
        return len(self._needles)


def _forms(raw: bytes) -> Iterator[bytes]:
    yield raw
    yield from (raw.hex().encode(), raw.hex().upper().encode())
    yield from (encode(raw).rstrip(b"=") for encode in (b64encode, urlsafe_b64encode))
    yield from (quote(raw).encode(), quote_plus(raw).encode())
