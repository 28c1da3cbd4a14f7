"""Names of sessions: any language, limited length, no invisible or misleading characters."""

import unicodedata
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionql.resolvers.errors import InvalidInput
from sessionql.resolvers.values.names import MAX_NAME_LENGTH, clean_name

PATH = ("input", "name")


@pytest.mark.parametrize(
    "name", ["Work laptop", "Mamas Handy", "書斎のパソコン", "مكتب", "👩‍💻 at home", "x", "n" * MAX_NAME_LENGTH]
)
def test_a_name_in_any_language_is_stored_unchanged(name: str) -> None:
    assert clean_name(name, PATH) == name


def test_none_is_no_name() -> None:
    assert clean_name(None, PATH) is None


def test_a_name_is_stripped_and_normalized() -> None:
    assert clean_name("  Cafe\u0301 \u00a0", PATH) == "Café"


def test_length_counts_after_normalization() -> None:
    assert clean_name("e\u0301" * MAX_NAME_LENGTH, PATH) == "é" * MAX_NAME_LENGTH
    assert clean_name(" " + "n" * MAX_NAME_LENGTH + " ", PATH) == "n" * MAX_NAME_LENGTH


@pytest.mark.parametrize("name", ["", " ", "\u00a0\u2003", "n" * 81, "e\u0301" * 81], ids=ascii)
def test_an_empty_or_too_long_name_is_rejected(name: str) -> None:
    assert clean_name(name, PATH) == InvalidInput(
        "A name must have 1 to 80 characters, not only invisible ones. Send null to remove the name.", PATH
    )


FORBIDDEN = [
    *map(chr, [*range(0x20), *range(0x7F, 0xA0)]),
    *("\ud800", "\udbff", "\udc00", "\udfff"),
    *map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]),
]


@pytest.mark.parametrize("letter", FORBIDDEN, ids=ascii)
def test_control_characters_surrogates_and_overrides_are_rejected(letter: str) -> None:
    assert clean_name(f"My{letter}phone", PATH) == InvalidInput("A name must not contain control characters.", PATH)


@settings(deadline=None, max_examples=300)
@given(text=st.text() | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zs", "Mn"]), max_size=90))
def test_a_cleaned_name_is_normal_short_storable_and_stable(text: str) -> None:
    name = clean_name(text, PATH)

    if isinstance(name, str):
        assert 1 <= len(name) <= MAX_NAME_LENGTH
        assert unicodedata.is_normalized("NFC", name)
        assert name == name.strip()
        assert "\0" not in name
        assert name.encode()
        assert clean_name(name, PATH) == name
    else:
        assert isinstance(name, InvalidInput)
        assert name.path == PATH


def test_a_name_crafted_to_be_slow_is_rejected_without_normalizing(monkeypatch: pytest.MonkeyPatch) -> None:
    # Normalization sorts runs of combining marks in quadratic time and would block the event loop.
    unread = SimpleNamespace(normalize=lambda *_: pytest.fail("it was read"))
    monkeypatch.setattr("sessionql.resolvers.values.names.unicodedata", unread)

    assert isinstance(clean_name("a" + "\u0300\u0316" * 15_000, PATH), InvalidInput)
