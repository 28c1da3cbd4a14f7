"""What transactions announce: what they did once they are over, and nothing of those that failed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionql.storage import Storage, StorageUnavailable
from sessionql.storage.database import Lost
from sessionql.storage.filters import SessionFilter
from sessionql.storage.keyset_batches import FIRST
from sessionql.storage.notifications import MAX_IDS, Notification, PendingNotifications, decode, encode
from sessionql.storage.records import RevocationReason, UserRecord
from sessionql.storage.storage import connect
from tests.storage.builders import NOW, a_session, an_event, keep, keep_events, keep_user, new_id
from tests.support.engines import run_sql

REASON = RevocationReason.REVOKED_BY_USER
LISTENERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'sessionql listener'
"""

ids = st.lists(st.uuids(), max_size=5).map(tuple)


class Ear:
    """A listener and the notifications it received."""

    def __init__(self, lost: Lost, heard: asyncio.Queue[Notification]) -> None:
        self.lost = lost
        self._heard = heard

    async def next(self) -> Notification:
        async with asyncio.timeout(10):
            return await self._heard.get()

    async def silent(self, storage: Storage, user: UserRecord) -> bool:
        """Whether nothing comes before what is announced now."""
        marker = an_event(user)
        await keep_events(storage, marker)
        return await self.next() == Notification(user.id, events=(marker.id,))


@asynccontextmanager
async def listening(storage: Storage) -> AsyncIterator[Ear]:
    heard: asyncio.Queue[Notification] = asyncio.Queue()
    async with storage.database.listen(heard.put_nowait) as lost:
        yield Ear(lost, heard)


@pytest.fixture
async def ear(storage: Storage) -> AsyncIterator[Ear]:
    async with listening(storage) as ear:
        yield ear


@pytest.fixture
async def ana(storage: Storage) -> UserRecord:
    return await keep_user(storage, "ana@example.com")


async def test_every_way_to_end_a_session_is_announced(storage: Storage, ana: UserRecord, ear: Ear) -> None:
    sessions = [a_session(ana, last_active=NOW - timedelta(minutes=number)) for number in range(5)]
    await keep(storage, *sessions)
    newest, second, third, fourth, fifth = (session.id for session in sessions)

    async with storage.transaction() as found:
        assert await found.sessions.revoke(ana.id, fifth, REASON, NOW)
    assert await ear.next() == Notification(ana.id, (fifth,))
    async with storage.transaction() as found:
        assert await found.sessions.evict(ana.id, newest, 3, NOW) == [fourth]
    assert await ear.next() == Notification(ana.id, (fourth,))
    async with storage.transaction() as found:
        assert set(await found.sessions.revoke_many(ana.id, SessionFilter(), newest, REASON, NOW)) == {second, third}
    assert set((await ear.next()).ended) == {second, third}
    async with storage.transaction() as found:
        await found.bulk_revocation.revoke(NOW, NOW, FIRST, 1000)
    assert await ear.next() == Notification(ana.id, (newest,))


async def test_every_way_to_write_an_event_is_announced(storage: Storage, ana: UserRecord, ear: Ear) -> None:
    events = [an_event(ana) for _ in range(4)]
    async with storage.transaction() as found:
        await found.events.add(events[0])
        assert await found.events.add_if_known(events[1])
        await found.events.add_many(events[2:])
    assert await ear.next() == Notification(ana.id, events=tuple(event.id for event in events))


async def test_what_changes_nothing_announces_nothing(storage: Storage, ana: UserRecord, ear: Ear) -> None:
    ended = a_session(ana, revoked_at=NOW, revocation_reason=REASON)
    await keep(storage, ended)
    unknown = an_event(UserRecord(new_id(), "bob@example.com", NOW, None))
    async with storage.transaction() as found:
        assert await found.sessions.revoke(ana.id, ended.id, REASON, NOW) is None
        assert await found.sessions.revoke_many(ana.id, SessionFilter(), None, REASON, NOW) == []
        assert not await found.events.add_if_known(unknown)
        await found.events.add_many([])
    assert await ear.silent(storage, ana)


async def test_what_is_rolled_back_was_never_announced(storage: Storage, ana: UserRecord, ear: Ear) -> None:
    session = a_session(ana)
    await keep(storage, session)
    with suppress(ZeroDivisionError):
        async with storage.transaction() as found:
            assert await found.sessions.revoke(ana.id, session.id, REASON, NOW)
            raise ZeroDivisionError
    assert await ear.silent(storage, ana)


async def test_what_is_heard_is_there_to_be_read(storage: Storage, ana: UserRecord, ear: Ear) -> None:
    for _ in range(20):
        event = an_event(ana)
        await keep_events(storage, event)
        (heard,) = (await ear.next()).events
        async with storage.reading() as found:
            assert await found.events.find_many(ana.id, [heard]) == {event.id: event}


async def test_ends_by_the_thousand_are_announced_in_parts(storage: Storage, ana: UserRecord, ear: Ear) -> None:
    sessions = [a_session(ana) for _ in range(2 * MAX_IDS + 1)]
    await keep(storage, *sessions)
    async with storage.transaction() as found:
        await found.sessions.revoke_many(ana.id, SessionFilter(), None, REASON, NOW)
        await found.events.add_many([an_event(ana) for _ in sessions])
    heard = [await ear.next() for _ in range(6)]
    assert {id_ for part in heard for id_ in part.ended} == {session.id for session in sessions}
    assert [len(part.events) for part in heard] == [MAX_IDS, MAX_IDS, 1, 0, 0, 0], "events come before revocations"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_other_workers_hear_it(storage: Storage, ana: UserRecord, database_url: str) -> None:
    other = Storage(connect(database_url, 1), storage.lifetimes)
    async with listening(other) as there:
        assert await there.silent(storage, ana)
    await other.database.close()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_listener_that_loses_the_database_is_notified(database_url: str, ear: Ear) -> None:
    assert not ear.lost.done()
    await run_sql(database_url, LISTENERS)
    async with asyncio.timeout(10):
        await ear.lost


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_database_that_is_silent_is_lost_too(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A firewall that forgot the connection sends no word of it."""

    async def hang(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("sessionql.storage.postgresql_notify.HEARTBEAT_INTERVAL", 0.01)
    monkeypatch.setattr(asyncpg.Connection, "execute", hang)
    async with listening(storage) as ear, asyncio.timeout(10):
        await ear.lost


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_database_that_is_away_cannot_be_heard(storage: Storage) -> None:
    nowhere = Storage(connect("postgresql://nobody@127.0.0.1:1/none"), storage.lifetimes)
    with pytest.raises(StorageUnavailable):
        async with listening(nowhere):
            pass


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_what_others_say_on_the_channel_is_passed_over(
    storage: Storage, ana: UserRecord, database_url: str, ear: Ear
) -> None:
    await run_sql(database_url, "NOTIFY sessionql, 'hello'", "NOTIFY sessionql", "NOTIFY sessionql, 'ab:cd:ef'")
    assert await ear.silent(storage, ana)


async def test_a_stopped_listener_receives_nothing(storage: Storage, ana: UserRecord) -> None:
    heard: list[Notification] = []
    async with storage.database.listen(heard.append):
        pass
    await keep_events(storage, an_event(ana))
    async with listening(storage) as ear:
        assert await ear.silent(storage, ana)
    assert heard == []


@given(st.uuids(), ids, ids)
def test_text_carries_an_announcement(user_id: object, ended: object, events: object) -> None:
    notification = Notification(user_id, ended, events)  # type: ignore[arg-type]
    assert decode(encode(notification)) == notification


def test_the_longest_fits_into_a_notification() -> None:
    notifications, user_id = PendingNotifications(), new_id()
    notifications.sessions_ended(user_id, [new_id() for _ in range(MAX_IDS // 2)])
    for _ in range(MAX_IDS // 2):
        notifications.event_written(user_id, new_id())
    (only,) = notifications
    assert len(encode(only)) < 8000
