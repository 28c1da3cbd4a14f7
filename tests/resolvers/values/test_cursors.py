"""Cursors: encoded positions decode to the same position; other text is rejected with a message."""

import struct
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID
from zlib import crc32

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidArgument
from sessionql.resolvers.events import list_events
from sessionql.resolvers.sessions import ACTIVE, list_sessions
from sessionql.resolvers.values.cursors import decode_cursor, encode_cursor
from sessionql.storage.filters import Page, Position
from sessionql.storage.sessions import SessionOrder
from tests.resolvers.builders import NOW, sign_up
from tests.resolvers.handmade_tokens import BASE64URL

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
LISTS = ("LAST_ACTIVE", "CREATED_AT", "event")
POSITION = Position(NOW, UUID("019ab000-0000-7000-8000-0000000000a1"))
CURSOR = encode_cursor("LAST_ACTIVE", POSITION)
HELP = "not valid: pass one from an earlier page"
any_list = st.sampled_from(LISTS)
places = st.builds(Position, st.datetimes(timezones=st.just(UTC)), st.uuids())


@settings(deadline=None)
@given(list_=any_list, position=places)
@example(list_="event", position=Position(FIRST, UUID(int=0)))
@example(list_="event", position=Position(LAST, UUID(int=2**128 - 1)))
def test_a_cursor_decodes_to_its_position_to_the_microsecond(list_: str, position: Position) -> None:
    cursor = encode_cursor(list_, position)

    assert decode_cursor(list_, cursor) == position
    assert set(cursor) <= set(BASE64URL), "fit for a URL as it is"


@settings(deadline=None)
@given(one=any_list, other=any_list, position=places)
def test_a_cursor_of_another_list_or_order_is_rejected(one: str, other: str, position: Position) -> None:
    assume(one != other)

    with pytest.raises(InvalidArgument, match="belongs to another list or order"):
        decode_cursor(other, encode_cursor(one, position))


@settings(deadline=None, max_examples=300)
@given(list_=any_list, text=st.text() | st.text(BASE64URL, min_size=36, max_size=36))
@example(list_="event", text="")
@example(list_="event", text="\ud800" * 36)
@example(list_="event", text=CURSOR + "\n")
@example(list_="event", text="\n" + CURSOR)
def test_any_other_text_is_rejected_with_help(list_: str, text: str) -> None:
    with pytest.raises(InvalidArgument, match=HELP):
        decode_cursor(list_, text)


@settings(deadline=None, max_examples=300)
@given(list_=any_list, at=st.integers(0, 35), other=st.characters() | st.sampled_from(BASE64URL))
def test_a_changed_cursor_never_raises_another_exception(list_: str, at: int, other: str) -> None:
    assume(CURSOR[at] != other)

    with pytest.raises(InvalidArgument):
        decode_cursor(list_, CURSOR[:at] + other + CURSOR[at + 1 :])


def test_no_character_can_be_any_other() -> None:
    for at, there in enumerate(CURSOR):
        for other in BASE64URL.replace(there, "") + "+/= ":
            with pytest.raises(InvalidArgument):
                decode_cursor("LAST_ACTIVE", CURSOR[:at] + other + CURSOR[at + 1 :])


@settings(deadline=None)
@given(micros=st.integers(-(2**63), 2**63 - 1), id_=st.uuids(), kind=st.integers(0, 255))
@example(micros=2**63 - 1, id_=UUID(int=0), kind=1)
@example(micros=-(2**63), id_=UUID(int=0), kind=1)
def test_a_forged_cursor_is_a_position_or_rejected(micros: int, id_: UUID, kind: int) -> None:
    text = forge_cursor(micros, id_, kind)
    try:
        position = decode_cursor("LAST_ACTIVE", text)
    except InvalidArgument as rejection:
        assert "cursor" in str(rejection)  # noqa: PT017 - both outcomes are fine
    else:
        assert encode_cursor("LAST_ACTIVE", position) == text


def forge_cursor(micros: int, id_: UUID, kind: int) -> str:
    """Build a cursor with a valid checksum, which is not secret."""
    body = struct.pack(">Bq16s", kind, micros, id_.bytes)
    return urlsafe_b64encode(body + (crc32(body) & 0xFFFF).to_bytes(2)).decode()


@pytest.mark.parametrize("moment", [FIRST, LAST], ids=["the first moment", "the last moment"])
@pytest.mark.parametrize("end", ["after", "before"])
async def test_a_position_at_the_end_of_time_works_on_both_engines(
    deps: Dependencies, moment: datetime, end: str
) -> None:
    ana = await sign_up(deps)
    position = Position(moment, UUID(int=0))
    page = Page(10, after=position) if end == "after" else Page(10, before=position)

    found = await list_sessions(deps, ana.user.id, ACTIVE, SessionOrder(descending=True), page)
    events = await list_events(deps, ana.user.id, None, page)

    assert len(found.items) == ((moment is LAST) == (end == "after"))
    assert len(events.items) == (end == "before"), "events are placed by their ids alone"
