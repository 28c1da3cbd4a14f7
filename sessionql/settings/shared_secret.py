"""Which shared secrets are too easy to guess to sign with (RFC 8725, section 3.5).

Whoever sees one token can try secrets against it, as fast as their machines go, without asking us.
"""

import re
from hashlib import sha256
from math import log2

from sessionql.resolvers.tokens.keys import SECRET_BYTES

_CURE = "make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`"

MIN_ENTROPY_BITS = 64
"""Bits. Half of what 32 hexadecimal digits have: an estimate errs, and must not refuse those."""

_READABLE = 72
"""As many characters as zxcvbn takes."""

# What people write where a secret belongs. What is left of theirs without it has to be enough.
_PLACEHOLDERS = re.compile(
    "your|super|secret|token|auth|jwt|hs256|key|change|replace|insert|this|please|password|production|prod|dev|django"
    "|insecure|default|example|sample|string|minimum|least|characters|chars|bytes|bits?|long|random|sessionql|access"
)

_SIGN = re.compile(r"[\W_]")

# SHA-256 of secrets that tutorials and standards print, and that people copy.
_PUBLISHED = frozenset(
    {
        "570dad43de1af4c925f92c16a68a50936da42b7dd6fdeb24850507a1199aac89",  # FastAPI's tutorial
        "2b1fa627178e3424e20ffd0e18b7440c322ad538d3c96aef1e3f60d99951c23c",  # many Spring Boot tutorials
        "c1d2e8726375f11fda33d032c5d84eec753aba4bad251dfdfaf8bdd8c4d26243",  # RFC 7515, A.1
    }
)


def check_shared_secret(secret: str) -> None:
    """Raises ValueError with the cure when nobody should sign with this. Never shows the secret."""
    # An environment can hold bytes that are no text: nothing could be signed with them.
    if any("\ud800" <= letter <= "\udfff" for letter in secret):
        raise ValueError(f"access_token_secret is no text: {_CURE}")
    if len(secret.encode()) < SECRET_BYTES:
        raise ValueError(f"HS256 needs an access_token_secret of at least {SECRET_BYTES} bytes: {_CURE}")
    if is_guessable(secret):
        raise ValueError(f"this access_token_secret can be guessed: {_CURE}")


def is_guessable(secret: str) -> bool:
    """Whether a secret is a known one, a placeholder, a few words or a pattern."""
    if sha256(secret.strip().lower().encode()).hexdigest() in _PUBLISHED:
        return True
    return min(_alphabet_bits(secret), _word_bits(secret)) < MIN_ENTROPY_BITS


def _alphabet_bits(secret: str) -> float:
    """What chance could at most have made of these characters."""
    return len(secret) * log2(len(set(secret)))


def _word_bits(secret: str) -> float:
    """How many guesses it takes to find the words and signs that the secret is made of, each counted once."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - large, and only a shared secret needs it

    text = _PLACEHOLDERS.sub(" ", secret[:_READABLE].lower())
    signs = set(_SIGN.findall(text)) - {" "}
    words = set(_SIGN.split(text)) - {""}
    return len(signs) * log2(32) + sum(
        log2(piece.get("guesses", 1)) for word in words for piece in zxcvbn(word)["sequence"]
    )
