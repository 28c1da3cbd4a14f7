"""The blocks of code in the documentation."""

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "graphql_examples").glob("*/README.md")),
]
_BLOCK = re.compile(r"^( *)```([\w-]*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code; `page` is the path of its page in the repository, `number` counts from 1."""

    page: str
    number: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page, in order."""
    matches = _BLOCK.findall(page.read_text(encoding="utf-8"))
    name = str(page.relative_to(ROOT))
    return [Block(name, number, language, dedent(text)) for number, (_, language, text) in enumerate(matches, 1)]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def written_in(*languages: str) -> list[Block]:
    """All blocks in these languages."""
    return [block for block in BLOCKS if block.language in languages]
