"""IDs have one text form everywhere: lower-case hexadecimal with dashes (RFC 9562)."""

from uuid import UUID


def parse_id(text: str) -> UUID | None:
    """Parse an ID. None when the text is not a UUID in canonical form."""
    try:
        parsed = UUID(text)
    except ValueError:
        return None
    return parsed if str(parsed) == text else None
