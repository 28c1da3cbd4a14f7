"""The documentation is written in plain English, with the terms of the field (docs/decisions/0022-vocabulary.md).

`tests/test_language.py` checks more words in all files. Those here have a use in code or in data.
"""

import re
from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, ROOT

WORDS = re.compile(
    r"\b(?:no one|refus(?:e|es|ed|als?|ing)|strangers?|walks?|born|hears?|heard|told|spoken|who asks|of ours)\b",
    re.IGNORECASE,
)
"""Words that early versions used for things that have a name of their own."""
GENERATED = ROOT / "docs/settings.md"
"""Its text is that of the settings."""
QUOTED = {
    # It names an old word to explain the new one.
    "docs/decisions/0022-vocabulary.md": {"refusal"},
}
CODE = re.compile(r"^( *)```.*?^\1```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
DOCUMENTS = [ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *(page for page in PAGES if page != GENERATED)]


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_uses_private_words(page: Path) -> None:
    allowed = QUOTED.get(str(page.relative_to(ROOT)), set())
    lines = CODE.sub("", page.read_text(encoding="utf-8")).splitlines()
    words = {word.lower(): line for line in lines for word in WORDS.findall(line)}
    assert {word: line for word, line in words.items() if word not in allowed} == {}


@pytest.mark.parametrize("picture", sorted((ROOT / "docs/pictures").glob("*.svg")), ids=lambda path: path.name)
def test_no_picture_uses_private_words(picture: Path) -> None:
    assert WORDS.findall(picture.read_text(encoding="utf-8")) == []
