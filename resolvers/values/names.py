"""Names of sessions and service keys."""

import unicodedata

from sessionql.resolvers.errors import InvalidInput
from sessionql.resolvers.values.visible import is_visible

MAX_NAME_LENGTH = 80
"""In characters, after normalization."""

_RULE = f"A name must have 1 to {MAX_NAME_LENGTH} characters, not only invisible ones. Send null to remove the name."


def clean_name(text: str | None, path: tuple[str, ...]) -> str | InvalidInput | None:
    """Normalize a name to NFC without outer whitespace. Returns InvalidInput for an invalid name, None for None."""
    if text is None:
        return None
    # Checked first: normalizing a malicious text takes time quadratic in its length.
    if len(text) > 4 * MAX_NAME_LENGTH:
        return InvalidInput(_RULE, path)
    name = unicodedata.normalize("NFC", text).strip()
    # Control characters, lone surrogates, and controls that change the direction of the following text.
    if any(unicodedata.category(character) in ("Cc", "Cs") or character in _BIDI_CONTROLS for character in name):
        return InvalidInput("A name must not contain control characters.", path)
    if len(name) > MAX_NAME_LENGTH or not is_visible(name):
        return InvalidInput(_RULE, path)
    return name


_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
