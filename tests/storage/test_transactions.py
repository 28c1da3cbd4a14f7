"""Transactions are atomic: when one fails, nothing of it is stored and the next one works."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from sessionql.storage import Repositories, Storage, StorageError, StorageUnavailable
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import RevocationReason, UserRecord
from sessionql.storage.sessions import Touch
from tests.storage.builders import (
    NOW,
    TICK,
    a_session,
    a_user,
    an_event,
    events_of,
    find,
    keep,
    keep_events,
    sessions_of,
)


class UnusualError(BaseException):
    """Like KeyboardInterrupt, which a test cannot raise."""


async def change_everything(repositories: Repositories, ana: UserRecord, bob: UserRecord) -> None:
    """Call every method that writes."""
    sessions, users = repositories.sessions, repositories.users
    new = a_user("new@example.com")
    assert await users.add(new, new.email, "hash")
    assert await users.record_login(ana.id, "hash", NOW)
    assert await users.replace_password(ana.id, "hash", "changed")
    added = a_session(ana)
    await sessions.add(added)
    assert await sessions.rename(ana.id, added.id, "Renamed", NOW)
    assert await sessions.rotate(Touch(ana.id, added.id, NOW, None), 0)
    his = await sessions.list_revocable(bob.id, SessionFilter(), None, NOW)
    await sessions.touch([Touch(bob.id, session_id, NOW, None) for session_id in his], TICK)
    assert await sessions.revoke(ana.id, added.id, RevocationReason.LOGGED_OUT, NOW)
    assert await sessions.revoke_many(bob.id, SessionFilter(), None, RevocationReason.LOGGED_OUT, NOW)
    await repositories.events.add(an_event(ana))
    await repositories.events.add_many([an_event(bob)])


@pytest.mark.parametrize("failure", [ValueError, StorageError, asyncio.CancelledError, UnusualError, GeneratorExit])
async def test_an_exception_rolls_back_every_change(
    storage: Storage, ana: UserRecord, bob: UserRecord, failure: type[BaseException]
) -> None:
    session, event = a_session(bob), an_event(bob)
    await keep(storage, session)
    await keep_events(storage, event)

    async def fail() -> None:
        async with storage.transaction() as repositories:
            await change_everything(repositories, ana, bob)
            raise failure

    with pytest.raises(failure):
        await fail()

    assert await sessions_of(storage, ana, bob) == {session}
    assert await events_of(storage, ana, bob) == {event}
    async with storage.reading() as repositories:
        assert await repositories.users.find_credentials("new@example.com") is None
        found = await repositories.users.find_credentials("ana@example.com")
    assert found is not None
    assert (found.user, found.password_hash) == (ana, "hash")


async def test_without_an_exception_every_change_is_committed(
    storage: Storage, ana: UserRecord, bob: UserRecord
) -> None:
    session = a_session(bob)
    await keep(storage, session)

    async with storage.transaction() as repositories:
        await change_everything(repositories, ana, bob)

    assert len(await sessions_of(storage, ana)) == 1
    assert len(await events_of(storage, ana, bob)) == 2
    assert await find(storage, session) == replace(
        session,
        last_active=NOW,
        ip_address=None,
        revoked_at=NOW,
        revocation_reason=RevocationReason.LOGGED_OUT,
    )


async def test_a_rejected_statement_rolls_back_those_before_it(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana)

    with pytest.raises(StorageError):
        await keep(storage, session, session)

    assert await find(storage, session) is None
    await keep(storage, session)
    assert await find(storage, session) == session


async def test_a_batch_is_stored_completely_or_not_at_all(storage: Storage, ana: UserRecord) -> None:
    event = an_event(ana)

    with pytest.raises(StorageError):
        await keep_events(storage, an_event(ana), event, event)

    assert await events_of(storage, ana) == set()


async def test_a_cancelled_transaction_is_rolled_back_and_its_connection_released(
    storage: Storage, ana: UserRecord, bob: UserRecord
) -> None:
    """Repeated more often than the pool has connections."""

    async def hang(begun: asyncio.Event) -> None:
        async with storage.transaction() as repositories:
            await repositories.sessions.add(a_session(ana))
            begun.set()
            await asyncio.Event().wait()

    for _ in range(25):
        begun = asyncio.Event()
        task = asyncio.create_task(hang(begun))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    session = a_session(ana)
    await keep(storage, session)
    assert await sessions_of(storage, ana, bob) == {session}


async def test_a_transaction_cancelled_while_it_waits_blocks_no_other(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana)
    await keep(storage, session)

    async def rename(name: str) -> None:
        async with storage.transaction() as repositories:
            assert await repositories.sessions.rename(ana.id, session.id, name, NOW)

    async with storage.transaction() as repositories:
        assert await repositories.sessions.rename(ana.id, session.id, "First", NOW)
        waiting = [asyncio.create_task(rename(f"Waiting {n}")) for n in range(15)]
        await asyncio.sleep(0.05)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    assert all(task.cancelled() for task in waiting)
    assert await find(storage, session) == replace(session, name="First")
    await rename("Second")
    assert await find(storage, session) == replace(session, name="Second")


async def test_uncommitted_changes_are_invisible(storage: Storage, ana: UserRecord) -> None:
    session, written = a_session(ana), asyncio.Event()

    async def change_my_mind() -> None:
        async with storage.transaction() as repositories:
            await repositories.sessions.add(session)
            written.set()
            await asyncio.sleep(0.05)
            raise ValueError

    async def look() -> object:
        await written.wait()
        return await find(storage, session)

    _, seen = await asyncio.gather(change_my_mind(), look(), return_exceptions=True)

    assert seen is None


async def test_a_transaction_reads_its_own_writes(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana)
    async with storage.transaction() as repositories:
        await repositories.sessions.add(session)
        assert await repositories.sessions.find(ana.id, session.id) == session


async def test_concurrent_transactions_all_take_effect(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    sessions = [a_session(user) for _ in range(30) for user in (ana, bob)]

    async def log_in(number: int) -> None:
        async with storage.transaction() as repositories:
            await repositories.sessions.add(sessions[number])
            await asyncio.sleep(0)
            await repositories.events.add(an_event(ana, session_id=sessions[number].id))
            if number % 3 == 0:
                raise ValueError

    results = await asyncio.gather(*map(log_in, range(60)), return_exceptions=True)

    kept = {session for number, session in enumerate(sessions) if number % 3}
    assert [type(result) for result in results] == [type(None) if n % 3 else ValueError for n in range(60)]
    assert await sessions_of(storage, ana, bob) == kept
    assert {event.session_id for event in await events_of(storage, ana)} == {session.id for session in kept}


async def test_an_invalid_statement_is_an_error_and_is_rolled_back(storage: Storage, ana: UserRecord) -> None:
    async def execute_invalid_sql() -> None:
        async with storage.database.transaction() as tx:
            await tx.fetch_all(text("SELECT nonsense FROM nowhere"), {})

    with pytest.raises(StorageError) as caught:
        await execute_invalid_sql()

    assert not isinstance(caught.value, StorageUnavailable)
    assert caught.value.__cause__ is not None, "the driver's own words are at hand"
    assert await sessions_of(storage, ana) == set()


@pytest.mark.parametrize(
    "impossible", [{"name": "lone \ud800"}, {"generation": 2**70}], ids=["a lone surrogate", "too large"]
)
async def test_values_that_no_database_accepts_are_errors_and_not_outages(
    storage: Storage, ana: UserRecord, impossible: dict[str, object]
) -> None:
    with pytest.raises(StorageError) as caught:
        await keep(storage, a_session(ana), a_session(ana, **impossible))

    assert not isinstance(caught.value, StorageUnavailable), "trying again would not help"
    assert await sessions_of(storage, ana) == set()


async def test_closing_twice_is_allowed(storage: Storage) -> None:
    await storage.database.close()
    await storage.database.close()


async def test_committed_changes_remain_after_a_reconnect(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana, last_active=NOW - timedelta(minutes=5))
    await keep(storage, session)

    await storage.database.close()
    await storage.database.open()

    assert await find(storage, session) == session
