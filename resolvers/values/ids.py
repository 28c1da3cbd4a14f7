"""Ids have one spelling everywhere: lower-case hexadecimal with dashes (RFC 9562)."""

from uuid import UUID


def parse_id(text: str) -> UUID | None:
    """The id, or None when the text is no id or is another spelling of one."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None
