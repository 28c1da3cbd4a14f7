"""Events: newest first, of one session or of all, one statement each, and only of their owner."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.sql import Executable

from sessionql.storage import Storage
from sessionql.storage.database import Parameters, Row, Transaction
from sessionql.storage.events import EventRepository
from sessionql.storage.filters import Page, Position
from sessionql.storage.records import EventKind, EventRecord, UserRecord
from tests.storage.builders import ALL, NOW, an_event, events_of, ids, keep_events, new_id

SESSIONS = [new_id() for _ in range(3)]


class Counting:
    """A transaction that counts its statements."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.notifications = tx.notifications
        self.statements = 0

    async def fetch_one(self, statement: Executable, parameters: Parameters) -> Row | None:
        self.statements += 1
        return await self._tx.fetch_one(statement, parameters)

    async def fetch_all(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        self.statements += 1
        return await self._tx.fetch_all(statement, parameters)

    async def execute(self, statement: Executable, parameters: Parameters) -> int:
        self.statements += 1
        return await self._tx.execute(statement, parameters)

    async def execute_many(self, statement: Executable, rows: Sequence[Parameters]) -> None:
        self.statements += len(rows)
        await self._tx.execute_many(statement, rows)


def history(user: UserRecord, number: int = 30) -> list[EventRecord]:
    """Events of three sessions and without a session, of all kinds, newest first."""
    kinds, sessions = list(EventKind), [*SESSIONS, None]
    made = [
        an_event(user, kind=kinds[n % len(kinds)], session_id=sessions[n % 4], actor_id=sessions[n % 3])
        for n in range(number)
    ]
    return made[::-1]


def at(event: EventRecord) -> Position:
    return Position(event.occurred_at, event.id)


async def listed(
    storage: Storage, user: UserRecord, page: Page, kinds: Collection[EventKind] | None = None
) -> list[EventRecord]:
    async with storage.reading() as repositories:
        wanted = None if kinds is None else frozenset(kinds)
        return list(await repositories.events.list(user.id, wanted, page))


async def by_session(
    storage: Storage, user: UserRecord, sessions: Collection[UUID], page: Page = ALL
) -> dict[UUID, list[EventRecord]]:
    async with storage.reading() as repositories:
        found = await repositories.events.list_by_session(user.id, sessions, page)
        return {session: list(events) for session, events in found.items()}


async def test_events_of_each_user_are_listed_newest_first(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    hers, his = history(ana), history(bob)
    await keep_events(storage, *hers[::2], *his, *hers[1::2])

    assert await listed(storage, ana, ALL) == hers
    assert await listed(storage, bob, ALL) == his
    async with storage.reading() as repositories:
        assert await repositories.events.count(ana.id, None) == len(hers)
        assert await repositories.events.count(new_id(), None) == 0


async def test_one_event_is_stored_like_many(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    event = an_event(ana, ip_address=None, session_id=new_id(), actor_id=new_id(), device="Büro 🖥")
    async with storage.transaction() as repositories:
        await repositories.events.add(event)

    assert await listed(storage, ana, ALL) == [event]
    assert await listed(storage, bob, ALL) == []


async def test_an_empty_list_runs_no_statement(storage: Storage, ana: UserRecord) -> None:
    await keep_events(storage)

    assert await listed(storage, ana, ALL) == []


@pytest.mark.parametrize("kinds", [(), (EventKind.LOGGED_IN,), (EventKind.LOGGED_IN, EventKind.LOGGED_OUT), EventKind])
async def test_kinds_filter_lists_and_counts(
    storage: Storage, ana: UserRecord, bob: UserRecord, kinds: Collection[EventKind]
) -> None:
    hers = history(ana)
    await keep_events(storage, *hers, *history(bob))

    wanted = [event for event in hers if event.kind in kinds]
    assert await listed(storage, ana, ALL, kinds) == wanted
    assert await listed(storage, ana, Page(2), kinds) == wanted[:2]
    async with storage.reading() as repositories:
        assert await repositories.events.count(ana.id, frozenset(kinds)) == len(wanted)


@pytest.mark.parametrize("size", [1, 7, 30])
async def test_pages_in_both_directions_have_each_event_once(
    storage: Storage, ana: UserRecord, bob: UserRecord, size: int
) -> None:
    hers = history(ana)
    await keep_events(storage, *hers, *history(bob))

    forwards: list[EventRecord] = []
    while part := await listed(storage, ana, Page(size, after=at(forwards[-1]) if forwards else None)):
        forwards += part
    backwards: list[EventRecord] = []
    while part := await listed(storage, ana, Page(size, before=at(backwards[0]) if backwards else None, from_end=True)):
        backwards = part + backwards

    assert forwards == backwards == hers
    between = Page(100, after=at(hers[4]), before=at(hers[9]))
    assert await listed(storage, ana, between) == hers[5:9]


@pytest.mark.parametrize("number", [0, 1, 3, 100])
async def test_find_many_returns_only_the_requested_events_of_the_owner(
    storage: Storage, ana: UserRecord, bob: UserRecord, number: int
) -> None:
    hers = [an_event(ana) for _ in range(number)]
    his = an_event(bob)
    await keep_events(storage, *hers, an_event(ana), his, *(replace(event, user_id=bob.id) for event in hers))

    async with storage.reading() as repositories:
        assert await repositories.events.find_many(ana.id, ids(hers)) == {event.id: event for event in hers}
        assert await repositories.events.find_many(ana.id, [his.id]) == {}


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_each_session_has_its_own_page(storage: Storage, ana: UserRecord, bob: UserRecord, limit: int) -> None:
    hers = history(ana)
    await keep_events(storage, *hers, *history(bob))
    requested = [SESSIONS[2], new_id(), SESSIONS[0]]

    found = await by_session(storage, ana, requested, Page(limit))
    last = await by_session(storage, ana, requested, Page(limit, from_end=True))

    expected = {session: [event for event in hers if event.session_id == session] for session in requested}
    assert found == {session: events[:limit] for session, events in expected.items()}
    assert last == {session: events[-limit:] for session, events in expected.items()}


async def test_the_pages_of_a_session_are_complete(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    hers = history(ana)
    await keep_events(storage, *hers, *history(bob))
    session = SESSIONS[1]
    mine = [event for event in hers if event.session_id == session]

    first = await by_session(storage, ana, [session], Page(3))
    rest = await by_session(storage, ana, [session], Page(100, after=at(mine[2])))
    before = await by_session(storage, ana, [session], Page(2, before=at(mine[-1]), from_end=True))

    assert first[session] + rest[session] == mine
    assert before[session] == mine[-3:-1]


async def test_sessions_of_another_user_have_no_events(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    hers = history(ana)
    await keep_events(storage, *hers)

    assert await by_session(storage, bob, SESSIONS) == {session: [] for session in SESSIONS}
    async with storage.reading() as repositories:
        assert await repositories.events.count_by_session(bob.id, SESSIONS) == dict.fromkeys(SESSIONS, 0)
        assert await repositories.events.find_many(bob.id, ids(hers)) == {}
    assert await events_of(storage, ana) == set(hers)


async def test_counts_by_session_have_an_entry_for_every_id(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    hers, unknown = history(ana), new_id()
    await keep_events(storage, *hers, *history(bob))

    async with storage.reading() as repositories:
        counts = await repositories.events.count_by_session(ana.id, [*SESSIONS, unknown])

    assert counts == {unknown: 0} | {
        session: sum(event.session_id == session for event in hers) for session in SESSIONS
    }


async def test_no_sessions_have_no_events(storage: Storage, ana: UserRecord) -> None:
    async with storage.reading() as repositories:
        assert await repositories.events.list_by_session(ana.id, [], ALL) == {}
        assert await repositories.events.count_by_session(ana.id, []) == {}


async def test_one_statement_reads_events_of_any_number_of_sessions(storage: Storage, ana: UserRecord) -> None:
    sessions = [new_id() for _ in range(100)]
    events = [an_event(ana, session_id=session, occurred_at=NOW) for session in sessions]
    await keep_events(storage, *events)

    async with storage.database.reading() as tx:
        counting = Counting(tx)
        repository = EventRepository(counting)
        assert len(await repository.list(ana.id, None, ALL)) == 100
        assert counting.statements == 1
        assert all((await repository.list_by_session(ana.id, sessions, ALL)).values())
        assert counting.statements == 2
        assert set((await repository.count_by_session(ana.id, sessions)).values()) == {1}
        assert counting.statements == 3
        assert len(await repository.find_many(ana.id, ids(events))) == 100
        assert counting.statements == 4


async def test_an_event_is_stored_only_for_an_existing_user(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    event, unknown_users = an_event(ana), an_event(replace(ana, id=new_id()))

    async with storage.transaction() as repositories:
        assert await repositories.events.add_if_known(event)
        assert not await repositories.events.add_if_known(unknown_users)

    assert await events_of(storage, ana, bob) == {event}


async def test_an_event_and_a_concurrent_deletion_are_no_error(storage: Storage, ana: UserRecord) -> None:
    """In either order: the deletion deletes the event too, or the event finds no user."""
    begun = asyncio.Event()

    async def add_event() -> bool:
        async with storage.transaction() as repositories:
            kept = await repositories.events.add_if_known(an_event(ana))
            begun.set()
            await asyncio.sleep(0.05)
        return kept

    async def delete() -> bool:
        await begun.wait()
        async with storage.transaction() as repositories:
            return await repositories.users.delete(ana.id)

    assert list(await asyncio.gather(add_event(), delete())) == [True, True]
    assert await events_of(storage, ana) == set()
    assert not await add_event()
