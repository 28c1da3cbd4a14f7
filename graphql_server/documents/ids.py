"""Ids of documents: `sha256:<hex>` (GraphQL over HTTP, appendix A), or any other string that a tool chose."""

from hashlib import sha256

PREFIX = "sha256:"
"""An id with this prefix is the SHA-256 of the document's text. Any other id is only a name."""


def hash_of(text: str) -> str:
    """The SHA-256 of a document, in lower-case hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def may_identify(identifier: str, text: str) -> bool:
    """Whether a document may have this id: a `sha256:` id has to be its hash."""
    return not identifier.startswith(PREFIX) or identifier == PREFIX + hash_of(text)
