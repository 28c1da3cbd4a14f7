"""Pages: valid sizes, both directions, and every row exactly once."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidArgument, ListTooLong
from sessionql.resolvers.events import event_cursor, list_events
from sessionql.resolvers.sessions import ACTIVE, cursor_of, list_sessions
from sessionql.resolvers.values.cursors import encode_cursor
from sessionql.resolvers.values.paging import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, PageRequest, slice_page
from sessionql.storage.filters import Page, Position, SessionOrderField
from sessionql.storage.records import SessionRecord
from sessionql.storage.sessions import SessionOrder
from tests.conftest import FakeClock
from tests.resolvers.builders import NOW, a_session, add_session, add_user, as_requester, sign_in, sign_up

PLACE = Position(NOW, a_session().id)
CURSOR = encode_cursor("event", PLACE)


def test_no_arguments_give_a_page_of_the_default_size() -> None:
    assert PageRequest().to_page("event") == Page(DEFAULT_PAGE_SIZE)


@pytest.mark.parametrize("size", [1, 2, 99, MAX_PAGE_SIZE])
def test_a_page_has_the_requested_size(size: int) -> None:
    assert PageRequest(first=size, after=CURSOR).to_page("event") == Page(size, after=PLACE)
    assert PageRequest(last=size, before=CURSOR).to_page("event") == Page(size, before=PLACE, from_end=True)


@pytest.mark.parametrize("size", [0, -1, 101, 2**31, -(2**31), 10**30])
def test_an_invalid_size_is_rejected_by_its_name(size: int) -> None:
    with pytest.raises(InvalidArgument, match=f"`first` must be from 1 to 100, not {size}"):
        PageRequest(first=size).to_page("event")
    with pytest.raises(InvalidArgument, match=f"`last` must be from 1 to 100, not {size}"):
        PageRequest(last=size).to_page("event")


def test_a_size_over_the_configured_maximum_is_rejected() -> None:
    assert PageRequest(first=500).to_page("event", 500) == Page(500)
    for size, max_size in ((501, 500), (101, 100), (21, 20)):
        with pytest.raises(ListTooLong, match=f"`last` must be from 1 to {max_size}, not {size}"):
            PageRequest(last=size).to_page("event", max_size)


@pytest.mark.parametrize(("first", "last"), [(1, 1), (0, 0), (5, 0), (0, 5), (101, 1)])
def test_first_and_last_together_are_rejected(first: int, last: int) -> None:
    with pytest.raises(InvalidArgument, match="`first` or `last`, not both"):
        PageRequest(first=first, last=last).to_page("event")


sizes = st.none() | st.integers(-5, 120)
cursors = st.none() | st.text() | st.just(CURSOR)


@settings(deadline=None, max_examples=300)
@given(request=st.builds(PageRequest, sizes, cursors, sizes, cursors), list_=st.sampled_from(["event", "CREATED_AT"]))
def test_any_arguments_are_a_page_or_rejected(request: PageRequest, list_: str) -> None:
    try:
        page = request.to_page(list_)
    except InvalidArgument as rejection:
        assert str(rejection)  # noqa: PT017 - both outcomes are fine
    else:
        assert 1 <= page.limit <= MAX_PAGE_SIZE
        assert page.from_end is (request.last is not None)


@settings(deadline=None)
@given(there=st.integers(0, 12), limit=st.integers(1, 12), from_end=st.booleans())
def test_the_additional_row_is_removed_at_the_far_end(there: int, limit: int, from_end: bool) -> None:
    rows, page = list(range(there)), Page(limit, from_end=from_end)
    asked = page.one_more().limit
    found = rows[-asked:] if from_end else rows[:asked]

    slice_ = slice_page(found, page)

    assert list(slice_.items) == (rows[-limit:] if from_end else rows[:limit])
    assert slice_.has_more is (there > limit)


@pytest.mark.parametrize("field", list(SessionOrderField))
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("backwards", [True, False])
async def test_pages_contain_every_session_once_even_with_equal_times(
    deps: Dependencies, clock: FakeClock, field: SessionOrderField, descending: bool, backwards: bool
) -> None:
    ana, bob = await add_user(deps, "ana@example.com"), await add_user(deps)
    for number in range(7):
        at = clock() - timedelta(hours=number // 3)
        await add_session(deps, ana.id, created_at=at, last_active=at)
        await add_session(deps, bob.id, created_at=at, last_active=at)
    order = SessionOrder(field, descending)
    all_ = (await list_sessions(deps, ana.id, ACTIVE, order, Page(50))).items

    seen: list[SessionRecord] = []
    cursor = None
    while True:
        request = PageRequest(last=2, before=cursor) if backwards else PageRequest(first=2, after=cursor)
        page = await list_sessions(deps, ana.id, ACTIVE, order, request.to_page(field))
        seen = [*page.items, *seen] if backwards else [*seen, *page.items]
        if not page.has_more:
            break
        cursor = cursor_of(page.items[0 if backwards else -1], field)

    assert seen == all_
    assert len({each.id for each in seen}) == 7
    times = [(each.last_active, each.id) for each in seen]
    assert times == sorted(times, reverse=descending)


async def test_pages_of_events_continue_after_the_last_page(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    for _ in range(4):
        clock.advance(seconds=1)
        await sign_in(deps)
    user_id = as_requester(ana).user_id
    all_ = (await list_events(deps, user_id, None, Page(50))).items

    first = await list_events(deps, user_id, None, PageRequest(first=2).to_page("event"))
    rest = PageRequest(first=10, after=event_cursor(first.items[-1])).to_page("event")
    then = await list_events(deps, user_id, None, rest)

    assert len(all_) == 6
    assert first.has_more
    assert not then.has_more
    assert [*first.items, *then.items] == all_
    assert [each.occurred_at for each in all_] == sorted((each.occurred_at for each in all_), reverse=True)
