"""The names people give their sessions."""

import unicodedata

from sessionql.resolvers.errors import InvalidInput

MAX_NAME_LENGTH = 80

_RULE = f"A name has 1 to {MAX_NAME_LENGTH} characters; null takes it away."


def clean_name(text: str | None, path: tuple[str, ...]) -> str | InvalidInput | None:
    """The name as it is kept, or what is wrong with it. None is no name."""
    if text is None:
        return None
    # Before anything else: normalizing hostile text takes time that grows with its square.
    if len(text) > 4 * MAX_NAME_LENGTH:
        return InvalidInput(_RULE, path)
    name = unicodedata.normalize("NFC", text).strip()
    # Control characters, lone surrogates, and what turns the direction of the text after it.
    if any(unicodedata.category(letter) in ("Cc", "Cs") or letter in _BIDI_CONTROLS for letter in name):
        return InvalidInput("A name has no control characters.", path)
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        return InvalidInput(_RULE, path)
    return name


_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
