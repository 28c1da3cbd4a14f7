"""docs/component.md lists exactly the public names of the component: attributes, events, parts and others."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/component.md").read_text(encoding="utf-8")
SOURCES = sorted((ROOT / "sessionql/page/component").glob("*.js"))
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
LANGUAGES = re.compile(r"^  (\w\w): \{$(.*?)^  \},$", re.MULTILINE | re.DOTALL)
NAMES = re.compile(r"^    (\w+):", re.MULTILINE)
FILLED = re.compile(r"\{(\w+)\}")


def rows(heading: str) -> set[str]:
    """The names in the first cells of a section's table."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    return {name.partition("(")[0] for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_attributes() -> None:
    (observed,) = re.findall(r"observedAttributes = \[(.*?)\]", TEXT)
    assert rows("Attributes") == set(re.findall(r'"([\w-]+)"', observed))


def test_properties_and_methods() -> None:
    element = (ROOT / "sessionql/page/component/my-sessions.js").read_text(encoding="utf-8")
    members = set(re.findall(r"^  (?:async |get )?(\w+)\([\w, ]*\) \{", element, re.MULTILINE))
    own = {"constructor", "connectedCallback", "disconnectedCallback", "attributeChangedCallback"}
    assert rows("Properties and methods") == members - own


def test_events() -> None:
    emitted = set(re.findall(r'#emit\("(\w+)"', TEXT))
    assert rows("Events") == emitted


def test_slots() -> None:
    assert rows("Slots") == set(re.findall(r'el\("slot", \{ name: "([\w-]+)" \}', TEXT))


def test_styles() -> None:
    named = rows("Looks")
    properties = set(re.findall(r"var\((--my-sessions-[\w-]+)", TEXT))
    parts = {name for part in re.findall(r'\bpart: "([^"]+)"', TEXT) for name in part.split()}
    assert named - {"section ended"} == properties | parts | {"section", "session", "current"}


@pytest.mark.parametrize("script", ["component/translations.js", "page-translations.js"])
def test_every_language_has_every_string(script: str) -> None:
    text = (ROOT / "sessionql/page" / script).read_text(encoding="utf-8")
    tables = {language: NAMES.findall(table) for language, table in LANGUAGES.findall(text)}
    assert set(tables) == {"en", "de", "ja"}
    assert tables["en"] == tables["de"] == tables["ja"]
    assert len(tables["en"]) == len(set(tables["en"]))


def test_every_string_of_the_component_is_used() -> None:
    text = (ROOT / "sessionql/page/component/translations.js").read_text(encoding="utf-8")
    others = TEXT.replace(text, "")
    (english,) = [table for language, table in LANGUAGES.findall(text) if language == "en"]
    # Names in capitals are values of enums in the schema.
    assert [name for name in NAMES.findall(english) if not name.isupper() and f'"{name}"' not in others] == []
