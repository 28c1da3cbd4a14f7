"""The blocks of code that people copy from our pages."""

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
    """One of them; `page` is the path of its page in the repository."""

    page: str
    number: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page, in their order."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    name = str(page.relative_to(ROOT))
    return [Block(name, number, language, dedent(text)) for number, (_, language, text) in enumerate(found, 1)]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def written_in(*languages: str) -> list[Block]:
    """All blocks in these languages."""
    return [block for block in BLOCKS if block.language in languages]
