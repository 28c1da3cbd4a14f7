"""The project is written in plain English, with the terms of GraphQL, HTTP, OAuth and SQL.

The words below were once private names for things that have public ones: see `docs/glossary.md`. A reader whose second
language is English must not have to learn them.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PRIVATE_WORDS = (
    # People and programs: name the one that is meant (the user, the client, the caller, a thread, a test).
    *("anybody", "anyone", "everybody", "everyone", "nobody", "somebody", "someone", "whoever", "whomever"),
    # Metaphors: endpoint, route; package, layer; slot, quota; request authentication; publish, notify.
    *("door", "doors", "house", "houses", "room", "rooms", "seat", "seats", "hinges"),
    *("entrance", "keyholder", "confidant", "careless", "workshop", "tongues"),
    # Verbs and nouns that had a meaning of their own here.
    *("dress", "dresses", "dressed", "judge", "judges", "lookout", "asker", "deeds", "reproof", "unveil"),
    *("news", "watcher", "watchers", "conversing", "telling", "farewell", "refusals"),
)
WORDS = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(PRIVATE_WORDS)})(?!(?-i:[a-z]))", re.IGNORECASE)

PROSE_WORDS = (
    *("hears?", "heard", "told", "spoken", "born", "no one", "who asks", "of ours"),
    *("refus(?:e|es|ed|als?|ing)", "strangers?", "walks?"),
)
"""Avoided in the text of the documentation only: in code and commands they may be needed."""
PROSE = re.compile(rf"\b(?:{'|'.join(PROSE_WORDS)})\b", re.IGNORECASE)
CODE = re.compile(r"^( *)```.*?^\1```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
QUOTED = {"docs/decisions/0022-vocabulary.md": {"refusal"}}  # The decision quotes old words to explain the new ones.

READ = (".py", ".js", ".ts", ".css", ".html", ".md", ".graphql", ".sh", ".toml", ".yml", ".svg", ".mako")
DATA = frozenset(
    {
        "resolvers/devices/names.py",  # names of browsers and devices
        "tests/test_language.py",
    }
)
"""Files whose words are not ours to choose."""


def files() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    kept = (name for name in listed.splitlines() if name.endswith(READ) or name == "Makefile")
    return [name for name in kept if name not in DATA and not (ROOT / name).is_symlink()]


def private_words(text: str) -> list[str]:
    """Each line that has a private word, with its number."""
    lines = enumerate(text.splitlines(), 1)
    return [f"{number}: {found[0]}: {line.strip()[:100]}" for number, line in lines if (found := WORDS.search(line))]


@pytest.mark.parametrize("folder", sorted({name.split("/")[0] for name in files()}))
def test_no_private_word_is_used(folder: str) -> None:
    inside = [name for name in files() if name.split("/")[0] == folder]
    found = [f"{name}:{line}" for name in inside for line in private_words((ROOT / name).read_text(encoding="utf-8"))]
    assert not found, "use the public term (docs/glossary.md):\n" + "\n".join(found)


@pytest.mark.parametrize("page", [name for name in files() if name.endswith((".md", ".svg"))])
def test_the_documentation_uses_plain_words(page: str) -> None:
    text = CODE.sub("", (ROOT / page).read_text(encoding="utf-8"))
    assert {word.lower() for word in PROSE.findall(text)} <= QUOTED.get(page, set())


@pytest.mark.parametrize("line", ["# Whoever asks", "the REST doors", "nobody_asks", "DOORS = 1", "class NobodyAsks:"])
def test_a_private_word_is_found(line: str) -> None:
    assert private_words(line)


@pytest.mark.parametrize("line", ["outdoors", "a newsletter", "address", "dressing", "classroom"])
def test_a_word_that_only_contains_one_is_not(line: str) -> None:
    assert not private_words(line)
