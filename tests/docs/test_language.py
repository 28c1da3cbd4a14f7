"""The documentation is written in plain English, with the terms of the field (docs/decisions/0022-vocabulary.md)."""

import re
from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, ROOT

WORDS = re.compile(
    r"\b(?:whoever|(?:no|some|every|any)(?:body|one)|no one|doors?|houses?|rooms?|hinges?|refus(?:e|es|ed|als?|ing)"
    r"|strangers?|walks?|dress(?:es|ed)?|born|hears?|heard|of ours)\b",
    re.IGNORECASE,
)
"""Pronouns without a clear subject, and words that the first versions used for things that have a name of their own."""
GENERATED = ROOT / "docs/settings.md"
"""Its text is that of the settings."""
QUOTED = {
    # The decision and the changelog name old words to explain the new ones.
    "docs/decisions/0022-vocabulary.md": {"refusal", "door"},
    "CHANGELOG.md": {"everybody", "nobody", "everyone"},
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
