"""Tokens of a user, another id and a number, with an HMAC under a secret that is not in the database.

A version, the ids, the number and 32 bytes of HMAC-SHA-256 (RFC 2104) are 69 bytes, or 92 base64url characters without
spare bits: each token has exactly one encoding.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from struct import Struct
from uuid import UUID

_BODY = Struct(">B16s16sI")
_VERSION = 1


@dataclass(frozen=True)
class SignedIds:
    """One kind of token. `label` separates its HMACs from those of other kinds under the same secret."""

    prefix: str
    label: bytes

    def sign(self, user_id: UUID, id_: UUID, number: int, secret: bytes) -> str:
        """Create a token. The same values and secret give the same token."""
        body = _BODY.pack(_VERSION, user_id.bytes, id_.bytes, number)
        return self.prefix + urlsafe_b64encode(body + self._mac(body, secret)).decode()

    def verify(self, token: str, secrets: Sequence[bytes]) -> tuple[UUID, UUID, int] | None:
        """The user, the id and the number. None when none of the secrets authenticates the token."""
        if not self._pattern.fullmatch(token):
            return None
        raw = urlsafe_b64decode(token.removeprefix(self.prefix))
        body, mac = raw[: _BODY.size], raw[_BODY.size :]
        if not any(hmac.compare_digest(self._mac(body, secret), mac) for secret in secrets):
            return None
        version, user_id, id_, number = _BODY.unpack(body)
        return (UUID(bytes=user_id), UUID(bytes=id_), number) if version == _VERSION else None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.prefix + r"[A-Za-z0-9_-]{92}")

    def _mac(self, body: bytes, secret: bytes) -> bytes:
        return hmac.digest(secret, self.label + body, "sha256")
