"""Rejects shared secrets that are too easy to guess (RFC 8725, section 3.5).

An attacker with one token can test secrets against it offline, without any limit of the server.
"""

import re
from hashlib import sha256
from math import log2

from sessionql.resolvers.tokens.keys import SECRET_BYTES

_ADVICE = "generate one with `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`"

MIN_ENTROPY_BITS = 64
"""Half of the bits of 32 hexadecimal digits: the estimate is not exact, and must not reject those."""

_MAX_ZXCVBN_LENGTH = 72
"""Characters that zxcvbn accepts."""

# Words of placeholders. The rest of the secret without them must have enough entropy.
_PLACEHOLDERS = re.compile(
    "your|super|secret|token|auth|jwt|hs256|key|change|replace|insert|this|please|password|production|prod|dev|django"
    "|insecure|default|example|sample|string|minimum|least|characters|chars|bytes|bits?|long|random|sessionql|access"
)

_SIGN = re.compile(r"[\W_]")

# SHA-256 of secrets from tutorials and standards, which are copied often.
_PUBLISHED = frozenset(
    {
        "570dad43de1af4c925f92c16a68a50936da42b7dd6fdeb24850507a1199aac89",  # FastAPI's tutorial
        "2b1fa627178e3424e20ffd0e18b7440c322ad538d3c96aef1e3f60d99951c23c",  # many Spring Boot tutorials
        "c1d2e8726375f11fda33d032c5d84eec753aba4bad251dfdfaf8bdd8c4d26243",  # RFC 7515, A.1
    }
)


def check_shared_secret(secret: str) -> None:
    """Raises ValueError, with advice, for a secret that is too short or can be guessed. Never shows the secret."""
    # An environment variable can hold bytes that are not text, which cannot be encoded as a key.
    if any("\ud800" <= letter <= "\udfff" for letter in secret):
        raise ValueError(f"access_token_secret is not valid text: {_ADVICE}")
    if len(secret.encode()) < SECRET_BYTES:
        raise ValueError(f"HS256 needs an access_token_secret of at least {SECRET_BYTES} bytes: {_ADVICE}")
    if is_guessable(secret):
        raise ValueError(f"this access_token_secret can be guessed: {_ADVICE}")


def is_guessable(secret: str) -> bool:
    """Whether a secret is a known one, a placeholder, a few words or a pattern."""
    if sha256(secret.strip().lower().encode()).hexdigest() in _PUBLISHED:
        return True
    return min(_alphabet_bits(secret), _word_bits(secret)) < MIN_ENTROPY_BITS


def _alphabet_bits(secret: str) -> float:
    """An upper bound of the entropy: each character random, from the characters that occur."""
    return len(secret) * log2(len(set(secret)))


def _word_bits(secret: str) -> float:
    """An estimate of the entropy from its words and punctuation, each counted once."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - takes 0.1 s, and only HS256 needs it

    text = _PLACEHOLDERS.sub(" ", secret[:_MAX_ZXCVBN_LENGTH].lower())
    signs = set(_SIGN.findall(text)) - {" "}
    words = set(_SIGN.split(text)) - {""}
    return len(signs) * log2(32) + sum(
        log2(piece.get("guesses", 1)) for word in words for piece in zxcvbn(word)["sequence"]
    )
