"""Notifications of transactions: what they committed, and nothing of those that failed."""

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


class NotificationRecorder:
    """A listener, and the notifications that it received."""

    def __init__(self, lost: Lost, received: asyncio.Queue[Notification]) -> None:
        self.lost = lost
        self._received = received

    async def next(self) -> Notification:
        async with asyncio.timeout(10):
            return await self._received.get()

    async def silent(self, storage: Storage, user: UserRecord) -> bool:
        """Return whether no notification arrives before that of a new change."""
        marker = an_event(user)
        await keep_events(storage, marker)
        return await self.next() == Notification(user.id, events=(marker.id,))


@asynccontextmanager
async def listening(storage: Storage) -> AsyncIterator[NotificationRecorder]:
    received: asyncio.Queue[Notification] = asyncio.Queue()
    async with storage.database.listen(received.put_nowait) as lost:
        yield NotificationRecorder(lost, received)


@pytest.fixture
async def recorder(storage: Storage) -> AsyncIterator[NotificationRecorder]:
    async with listening(storage) as recorder:
        yield recorder


@pytest.fixture
async def ana(storage: Storage) -> UserRecord:
    return await keep_user(storage, "ana@example.com")


async def test_every_way_to_end_a_session_sends_a_notification(
    storage: Storage, ana: UserRecord, recorder: NotificationRecorder
) -> None:
    sessions = [a_session(ana, last_active=NOW - timedelta(minutes=number)) for number in range(5)]
    await keep(storage, *sessions)
    newest, second, third, fourth, fifth = (session.id for session in sessions)

    async with storage.transaction() as found:
        assert await found.sessions.revoke(ana.id, fifth, REASON, NOW)
    assert await recorder.next() == Notification(ana.id, (fifth,))
    async with storage.transaction() as found:
        assert await found.sessions.evict(ana.id, newest, 3, NOW) == [fourth]
    assert await recorder.next() == Notification(ana.id, (fourth,))
    async with storage.transaction() as found:
        assert set(await found.sessions.revoke_many(ana.id, SessionFilter(), newest, REASON, NOW)) == {second, third}
    assert set((await recorder.next()).ended) == {second, third}
    async with storage.transaction() as found:
        await found.bulk_revocation.revoke(NOW, NOW, FIRST, 1000)
    assert await recorder.next() == Notification(ana.id, (newest,))


async def test_every_way_to_write_an_event_sends_a_notification(
    storage: Storage, ana: UserRecord, recorder: NotificationRecorder
) -> None:
    events = [an_event(ana) for _ in range(4)]
    async with storage.transaction() as found:
        await found.events.add(events[0])
        assert await found.events.add_if_known(events[1])
        await found.events.add_many(events[2:])
    assert await recorder.next() == Notification(ana.id, events=tuple(event.id for event in events))


async def test_a_statement_without_a_change_sends_nothing(
    storage: Storage, ana: UserRecord, recorder: NotificationRecorder
) -> None:
    ended = a_session(ana, revoked_at=NOW, revocation_reason=REASON)
    await keep(storage, ended)
    unknown = an_event(UserRecord(new_id(), "bob@example.com", NOW, None))
    async with storage.transaction() as found:
        assert await found.sessions.revoke(ana.id, ended.id, REASON, NOW) is None
        assert await found.sessions.revoke_many(ana.id, SessionFilter(), None, REASON, NOW) == []
        assert not await found.events.add_if_known(unknown)
        await found.events.add_many([])
    assert await recorder.silent(storage, ana)


async def test_a_transaction_that_is_rolled_back_sends_nothing(
    storage: Storage, ana: UserRecord, recorder: NotificationRecorder
) -> None:
    session = a_session(ana)
    await keep(storage, session)
    with suppress(ZeroDivisionError):
        async with storage.transaction() as found:
            assert await found.sessions.revoke(ana.id, session.id, REASON, NOW)
            raise ZeroDivisionError
    assert await recorder.silent(storage, ana)


async def test_the_rows_of_a_notification_can_be_read(
    storage: Storage, ana: UserRecord, recorder: NotificationRecorder
) -> None:
    for _ in range(20):
        event = an_event(ana)
        await keep_events(storage, event)
        (received,) = (await recorder.next()).events
        async with storage.reading() as found:
            assert await found.events.find_many(ana.id, [received]) == {event.id: event}


async def test_thousands_of_revocations_are_sent_in_parts(
    storage: Storage, ana: UserRecord, recorder: NotificationRecorder
) -> None:
    sessions = [a_session(ana) for _ in range(2 * MAX_IDS + 1)]
    await keep(storage, *sessions)
    async with storage.transaction() as found:
        await found.sessions.revoke_many(ana.id, SessionFilter(), None, REASON, NOW)
        await found.events.add_many([an_event(ana) for _ in sessions])
    received = [await recorder.next() for _ in range(6)]
    assert {id_ for part in received for id_ in part.ended} == {session.id for session in sessions}
    assert [len(part.events) for part in received] == [MAX_IDS, MAX_IDS, 1, 0, 0, 0], "events come before revocations"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_other_workers_receive_it(storage: Storage, ana: UserRecord, database_url: str) -> None:
    other = Storage(connect(database_url, 1), storage.lifetimes)
    async with listening(other) as there:
        assert await there.silent(storage, ana)
    await other.database.close()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_listener_that_loses_its_connection_is_notified(
    database_url: str, recorder: NotificationRecorder
) -> None:
    assert not recorder.lost.done()
    await run_sql(database_url, LISTENERS)
    async with asyncio.timeout(10):
        await recorder.lost


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_connection_that_does_not_respond_is_lost_too(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall may drop a connection without closing it."""

    async def hang(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("sessionql.storage.postgresql_notify.HEARTBEAT_INTERVAL", 0.01)
    monkeypatch.setattr(asyncpg.Connection, "execute", hang)
    async with listening(storage) as recorder, asyncio.timeout(10):
        await recorder.lost


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_listening_requires_a_database_that_can_be_reached(storage: Storage) -> None:
    nowhere = Storage(connect("postgresql://unknown@127.0.0.1:1/none"), storage.lifetimes)
    with pytest.raises(StorageUnavailable):
        async with listening(nowhere):
            pass


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_invalid_payloads_on_the_channel_are_ignored(
    storage: Storage, ana: UserRecord, database_url: str, recorder: NotificationRecorder
) -> None:
    await run_sql(database_url, "NOTIFY sessionql, 'hello'", "NOTIFY sessionql", "NOTIFY sessionql, 'ab:cd:ef'")
    assert await recorder.silent(storage, ana)


async def test_a_stopped_listener_receives_nothing(storage: Storage, ana: UserRecord) -> None:
    received: list[Notification] = []
    async with storage.database.listen(received.append):
        pass
    await keep_events(storage, an_event(ana))
    async with listening(storage) as recorder:
        assert await recorder.silent(storage, ana)
    assert received == []


@given(st.uuids(), ids, ids)
def test_a_notification_is_equal_after_a_round_trip(user_id: object, ended: object, events: object) -> None:
    notification = Notification(user_id, ended, events)  # type: ignore[arg-type]
    assert decode(encode(notification)) == notification


def test_the_longest_payload_fits_into_a_notification() -> None:
    notifications, user_id = PendingNotifications(), new_id()
    notifications.sessions_ended(user_id, [new_id() for _ in range(MAX_IDS // 2)])
    for _ in range(MAX_IDS // 2):
        notifications.event_written(user_id, new_id())
    (only,) = notifications
    assert len(encode(only)) < 8000
