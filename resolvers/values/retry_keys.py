"""Retry keys: random values by which a client proves that it repeats its own refresh, whose response it lost."""

import re
from hashlib import sha256

from sessionql.resolvers.errors import InvalidInput

PATTERN = "^[A-Za-z0-9_-]{16,64}$"
"""A UUID, or 12 to 48 random bytes in base64url."""

_PATTERN = re.compile(PATTERN[1:-1], re.ASCII)


def check_retry_key(key: str | None) -> InvalidInput | None:
    """Return a failure unless the key is absent or has the right form."""
    if key is None or _PATTERN.fullmatch(key):
        return None
    rule = (
        "`retryKey` must be 16 to 64 of the characters A-Z, a-z, 0-9, `-` and `_`: make a random one for each refresh."
    )
    return InvalidInput(rule, ("input", "retryKey"))


def hash_retry_key(key: str | None) -> str | None:
    """Return what is stored of a key. It is random, so a fast hash cannot be reversed."""
    return None if key is None else sha256(key.encode()).hexdigest()
