"""Whether a text shows anything: names of invisible characters look empty in every list."""

import re
from unicodedata import category

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"))
"""Controls, formats, surrogates, spaces, and marks, which show only on another character."""

# Letters and symbols whose glyph is blank: Hangul fillers, the empty Braille pattern, the placeholder of an object, the
# null note head, blanks of hieroglyphs. And what is reserved to be ignored (Default_Ignorable_Code_Point).
_BLANK = re.compile(
    "[\u115f\u1160\u3164\uffa0\u2800\ufffc\U0001d159\U00013441\U00013442\u2065\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def is_visible(text: str) -> bool:
    """Whether at least one character of the text has a glyph of its own. Characters newer than this Python count."""
    return any(category(character) not in _INVISIBLE and not _BLANK.match(character) for character in text)
