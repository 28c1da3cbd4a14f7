"""Bytes as JOSE writes them: base64url without padding (RFC 7515, section 2)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(raw: bytes) -> str:
    """The one spelling of these bytes."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes, read generously: other spellings may give the same. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
