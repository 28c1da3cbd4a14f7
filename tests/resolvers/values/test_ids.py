"""IDs: one canonical form, and all other text is rejected."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionql.resolvers.values.ids import parse_id

GOOD = "019ab000-0000-7000-8000-0000000000af"


@settings(deadline=None)
@given(id_=st.uuids())
def test_an_id_is_parsed_in_its_canonical_form(id_: UUID) -> None:
    assert parse_id(str(id_)) == id_


@pytest.mark.parametrize(
    "spelling",
    [
        GOOD.upper(),
        GOOD.replace("-", ""),
        f"{{{GOOD}}}",
        f"urn:uuid:{GOOD}",
        f" {GOOD}",
        f"{GOOD}\n",
        GOOD[:-1],
        "",
        GOOD + "0",
        GOOD.replace("0", "０"),
        GOOD.replace("0", "٠"),
        GOOD.replace("-", "_"),
        "0x" + GOOD[2:],
        "+" + GOOD[1:],
    ],
    ids=ascii,
)
def test_other_forms_are_not_ids(spelling: str) -> None:
    assert parse_id(spelling) is None


@settings(deadline=None, max_examples=300)
@given(text=st.text() | st.text("0123456789abcdefABCDEF-_ {}", max_size=40) | st.just("\ud800" * 32))
def test_any_text_is_a_canonical_id_or_none(text: str) -> None:
    found = parse_id(text)

    assert found is None or str(found) == text
