"""Text that shows nothing is empty: over all of Unicode."""

import unicodedata
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionql.resolvers.devices.user_agent import clean_user_agent, describe
from sessionql.resolvers.errors import InvalidArgument, InvalidInput
from sessionql.resolvers.sessions import check_filter
from sessionql.resolvers.values.names import clean_name
from sessionql.resolvers.values.visible import is_visible
from sessionql.storage.filters import SessionFilter

# Default_Ignorable_Code_Point of DerivedCoreProperties.txt, Unicode 16.
IGNORABLE = [
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
]
BLANK = {0x2800, 0xFFFC, 0x1D159, 0x13441, 0x13442}
LOOKS_EMPTY = [
    *("\u200b", "\u2060", "\ufeff", "\u00ad", "\u2800", "\u3164", "\u115f", "\uffa0", "\ufe0f", "\U000e0041\U000e007f"),
    *("\u0301", "\u200b\u0301", "\u20dd", "\u180e", "\u00a0", "\u3000", "\u2028", " \u200d ", "\ufffc", "\U000e0100"),
]


def test_every_ignorable_or_blank_character_is_invisible() -> None:
    ignorable = chain.from_iterable(range(first, last + 1) for first, last in IGNORABLE)
    assert [hex(code) for code in chain(ignorable, BLANK) if is_visible(chr(code))] == []


def test_every_other_letter_number_sign_and_symbol_is_visible() -> None:
    ignorable = set(chain.from_iterable(range(first, last + 1) for first, last in IGNORABLE)) | BLANK
    for code in range(0x110000):
        kind = unicodedata.category(chr(code))
        if kind[0] in "LNPS" or kind in ("Co", "Cn"):
            assert is_visible(chr(code)) is (code not in ignorable), hex(code)
        else:
            assert not is_visible(chr(code)), hex(code)


@given(text=st.text(max_size=9), more=st.text(max_size=9))
def test_a_text_is_visible_when_a_part_of_it_is(text: str, more: str) -> None:
    assert is_visible(text + more) is (is_visible(text) or is_visible(more))


@pytest.mark.parametrize("text", LOOKS_EMPTY, ids=ascii)
def test_a_name_or_search_that_looks_empty_is_rejected(text: str) -> None:
    rejected = clean_name(text, ("input", "name"))
    assert isinstance(rejected, InvalidInput)
    assert "1 to 80 characters" in rejected.message
    with pytest.raises(InvalidArgument):
        check_filter(SessionFilter(search=text))


@pytest.mark.parametrize("text", LOOKS_EMPTY, ids=ascii)
def test_a_user_agent_that_looks_empty_names_no_device(text: str) -> None:
    raw = text.encode()
    assert clean_user_agent(raw) is None
    for user_agent in (
        f"{text}/1.0",
        f"Mozilla/5.0 (Linux; Android 14; {text}) Chrome/150.0.0.0 Mobile",
        f"{text} {text}",
    ):
        device = describe(clean_user_agent(user_agent.encode()))
        for shown in (device.label, device.browser, device.os, device.model):
            assert shown is None or is_visible(shown)


@pytest.mark.parametrize("name", ["👩‍💻", "❤️", "a\u200b", "é", "e\u0301", "नी", "🇩🇪", "…", "\u200fעברית"], ids=ascii)
def test_a_name_with_joiners_and_marks_is_kept(name: str) -> None:
    assert clean_name(name, ("input", "name")) == unicodedata.normalize("NFC", name)
