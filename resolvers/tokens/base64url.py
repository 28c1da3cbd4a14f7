"""Base64url without padding (RFC 7515, section 2)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(raw: bytes) -> str:
    """Encode bytes in the canonical form, without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Decode bytes. Also accepts text that is not canonical. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
