"""What documents are called: `sha256:<hex>` of GraphQL over HTTP's appendix, or whatever a tool chose."""

from hashlib import sha256

PREFIX = "sha256:"
"""An identifier that begins so is the SHA-256 of the document's text. Any other is only a name."""


def hash_of(text: str) -> str:
    """The SHA-256 of a document, in lower-case hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def may_name(identifier: str, text: str) -> bool:
    """Whether a document can be called so: a hash says of what, other names stand for anything."""
    return not identifier.startswith(PREFIX) or identifier == PREFIX + hash_of(text)
