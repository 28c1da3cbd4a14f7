"""Pages of sessions: each session once, also while others change."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from sessionql.storage import Storage
from sessionql.storage.filters import Page, Position, SessionFilter, SessionOrderField
from sessionql.storage.records import RevocationReason, SessionRecord, UserRecord
from sessionql.storage.sessions import SessionOrder
from tests.storage.builders import ALL, EVERY, IDLED_OUT, NOW, REVOKED, TOO_OLD, a_session, ids, keep, position_of

FIELDS = {"last_active": SessionOrderField.LAST_ACTIVE, "created_at": SessionOrderField.CREATED_AT}
orders = pytest.mark.parametrize("descending", [True, False], ids=["newest first", "oldest first"])
by = pytest.mark.parametrize("field", FIELDS)


def many(user: UserRecord, number: int = 40) -> list[SessionRecord]:
    """Sessions of which most have equal times, in no order."""
    chance = random.Random(7)
    times = [NOW - timedelta(minutes=minute) for minute in (1, 2, 2, 2, 3)]
    sessions = [
        a_session(user, last_active=chance.choice(times), created_at=chance.choice(times)) for _ in range(number)
    ]
    chance.shuffle(sessions)
    return sessions


def key(field: str) -> Callable[[SessionRecord], tuple[object, object]]:
    return lambda session: (getattr(session, field), session.id)


def position(session: SessionRecord, field: str) -> Position:
    return Position(getattr(session, field), session.id)


async def page(
    storage: Storage, user: UserRecord, page: Page, order: SessionOrder | None = None, filter_: SessionFilter = EVERY
) -> list[SessionRecord]:
    async with storage.reading() as repositories:
        return list(await repositories.sessions.list(user.id, filter_, order or SessionOrder(), page, NOW))


@by
@orders
async def test_a_list_is_in_the_requested_order_with_ties_by_id(
    storage: Storage, ana: UserRecord, bob: UserRecord, field: str, descending: bool
) -> None:
    sessions = many(ana)
    await keep(storage, *sessions, *many(bob))

    listed = await page(storage, ana, ALL, SessionOrder(FIELDS[field], descending))

    assert listed == sorted(sessions, key=key(field), reverse=descending)


@by
@orders
@pytest.mark.parametrize("size", [1, 3, 40])
async def test_pages_forwards_have_each_session_once(
    storage: Storage, ana: UserRecord, bob: UserRecord, field: str, descending: bool, size: int
) -> None:
    sessions, order = many(ana), SessionOrder(FIELDS[field], descending)
    await keep(storage, *sessions, *many(bob))

    returned: list[SessionRecord] = []
    after = None
    while part := await page(storage, ana, Page(size, after=after), order):
        assert len(part) <= size
        returned += part
        after = position(part[-1], field)

    assert returned == sorted(sessions, key=key(field), reverse=descending)


@by
@orders
@pytest.mark.parametrize("size", [1, 3, 40])
async def test_pages_backwards_have_each_session_once(
    storage: Storage, ana: UserRecord, bob: UserRecord, field: str, descending: bool, size: int
) -> None:
    sessions, order = many(ana), SessionOrder(FIELDS[field], descending)
    await keep(storage, *sessions, *many(bob))

    returned: list[SessionRecord] = []
    before = None
    while part := await page(storage, ana, Page(size, before=before, from_end=True), order):
        assert len(part) <= size
        returned = part + returned
        before = position(part[0], field)

    assert returned == sorted(sessions, key=key(field), reverse=descending), "pages read like the list"


@pytest.mark.parametrize("from_end", [False, True], ids=["forwards", "backwards"])
async def test_a_revocation_between_two_pages_does_not_affect_others(
    storage: Storage, ana: UserRecord, from_end: bool
) -> None:
    """The session of the cursor is revoked, and one that was not returned yet."""
    sessions = sorted(many(ana), key=key("last_active"), reverse=True)
    await keep(storage, *sessions)
    to_come = sessions[5] if from_end else sessions[-5]

    returned: list[SessionRecord] = []
    edge = None
    while part := await page(
        storage,
        ana,
        Page(3, before=edge, from_end=True) if from_end else Page(3, after=edge),
        filter_=SessionFilter(),
    ):
        returned = part + returned if from_end else returned + part
        last = part[0] if from_end else part[-1]
        edge = position_of(last)
        async with storage.transaction() as repositories:
            for gone in (last, to_come):
                await repositories.sessions.revoke(ana.id, gone.id, RevocationReason.LOGGED_OUT, NOW)

    assert returned == [session for session in sessions if session is not to_come]


@orders
async def test_a_page_between_two_positions_has_neither_of_them(
    storage: Storage, ana: UserRecord, descending: bool
) -> None:
    sessions = sorted(many(ana), key=key("last_active"), reverse=descending)
    await keep(storage, *sessions)
    between = Page(100, after=position_of(sessions[9]), before=position_of(sessions[30]))
    order = SessionOrder(descending=descending)

    assert await page(storage, ana, between, order) == sessions[10:30]


async def test_a_page_reports_whether_there_is_a_next_one(storage: Storage, ana: UserRecord) -> None:
    sessions = many(ana, 4)
    await keep(storage, *sessions)

    assert len(await page(storage, ana, Page(3).one_more())) == 4
    assert len(await page(storage, ana, Page(4).one_more())) == 4
    assert Page(3, position_of(sessions[0]), position_of(sessions[1]), from_end=True).one_more() == Page(
        4, position_of(sessions[0]), position_of(sessions[1]), from_end=True
    )


async def test_a_page_of_none_is_empty(storage: Storage, ana: UserRecord) -> None:
    await keep(storage, a_session(ana))

    assert await page(storage, ana, Page(0)) == []


async def test_a_position_of_another_user_reveals_nothing(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    hers = many(ana)
    await keep(storage, *hers)

    assert await page(storage, bob, ALL) == []
    assert await page(storage, bob, Page(100, after=position_of(hers[0]))) == []
    assert await page(storage, bob, Page(100, before=position_of(hers[0]), from_end=True)) == []


async def test_by_default_a_list_has_the_active_sessions_last_used_first(storage: Storage, ana: UserRecord) -> None:
    older, newer = a_session(ana), a_session(ana, last_active=NOW)
    await keep(storage, older, newer, *(a_session(ana, **end) for end in (REVOKED, IDLED_OUT, TOO_OLD)))

    assert ids(await page(storage, ana, ALL, filter_=SessionFilter())) == [newer.id, older.id]
