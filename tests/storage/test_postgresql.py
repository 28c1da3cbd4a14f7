"""PostgreSQL: outages and recovery, and the plans of the statements."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.sql import Executable

from sessionql.storage import (
    Storage,
    StorageError,
    StorageUnavailable,
    events,
    migrate,
    postgresql,
    session_statements,
    users,
)
from sessionql.storage.filters import SessionFilter, SessionOrderField, page_statement
from sessionql.storage.postgresql import PostgresqlDatabase
from sessionql.storage.records import UserRecord
from tests.storage.builders import a_session, find, keep, sessions_of
from tests.support.engines import replace_database

TERMINATE = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'sessionql'
"""


@pytest.fixture(params=["postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Only PostgreSQL."""
    return str(request.param)


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[Any]:
    """A connection that does not belong to the storage."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
def silence() -> Iterator[int]:
    """A port that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
async def single(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PostgresqlDatabase]:
    """A database with one connection and short timeouts."""
    monkeypatch.setattr(postgresql, "TIMEOUT", 0.5)
    database = PostgresqlDatabase(database_url, pool_size=1)
    yield database
    await database.close()


async def use(database: PostgresqlDatabase, sql: str = "SELECT 1") -> None:
    async with database.transaction() as tx:
        assert await tx.fetch_one(text(sql), {}) is not None


async def seconds_until_rejected(database: PostgresqlDatabase) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(StorageUnavailable, match=r"PostgreSQL: ."):
        await database.open()
    await database.close()
    return loop.time() - began


async def test_a_closed_port_is_unavailable_at_once() -> None:
    assert await seconds_until_rejected(PostgresqlDatabase("postgresql://unknown@127.0.0.1:1/x")) < 1


async def test_a_server_that_does_not_respond_is_unavailable_after_a_timeout(
    silence: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "TIMEOUT", 0.3)

    assert 0.2 < await seconds_until_rejected(PostgresqlDatabase(f"postgresql://a@127.0.0.1:{silence}/x")) < 2


async def test_an_unknown_host_and_an_unknown_database_are_unavailable(
    database_url: str,
) -> None:
    for url in ("postgresql://a@no-such-host.invalid/x", replace_database(database_url, "no_such_database")):
        assert await seconds_until_rejected(PostgresqlDatabase(url)) < 5


async def test_check_and_upgrade_of_an_unreachable_database_are_unavailable() -> None:
    url = "postgresql://unknown@127.0.0.1:1/x"

    with pytest.raises(StorageUnavailable):
        await migrate.check(PostgresqlDatabase(url))
    with pytest.raises(StorageUnavailable):
        await migrate.upgrade(url)


async def test_a_database_that_was_unavailable_at_the_start_is_used_later(database_url: str) -> None:
    database = PostgresqlDatabase("postgresql://unknown@127.0.0.1:1/x")
    with pytest.raises(StorageUnavailable):
        await database.open()

    database._url = database_url
    try:
        await use(database)
    finally:
        await database.close()


@pytest.mark.parametrize("pause", [0, 0.2], ids=["at once", "a little later"])
async def test_when_every_connection_is_cut_storage_recovers_by_itself(
    storage: Storage, ana: UserRecord, admin: Any, pause: float
) -> None:
    """Each connection may fail once; then the pool has replaced all of them."""
    session = a_session(ana)
    await keep(storage, session)

    for _ in range(3):
        assert await asyncio.gather(*(find(storage, session) for _ in range(30))) == [session] * 30
        cut = await admin.fetchval(TERMINATE)
        assert cut >= 1
        await asyncio.sleep(pause)
        for _ in range(1 if pause else cut):
            with suppress(StorageUnavailable):
                await find(storage, session)
        assert await find(storage, session) == session


async def test_a_transaction_whose_connection_is_lost_is_rolled_back(
    storage: Storage, ana: UserRecord, admin: Any
) -> None:
    kept, lost = a_session(ana), a_session(ana)
    await keep(storage, kept)

    async def cut_off() -> None:
        async with storage.transaction() as repositories:
            await repositories.sessions.add(lost)
            await admin.fetchval(TERMINATE)
            await repositories.sessions.find(ana.id, lost.id)

    with pytest.raises(StorageUnavailable):
        await cut_off()

    assert await sessions_of(storage, ana) == {kept}


async def test_a_connection_lost_before_the_commit_raises_an_error(
    storage: Storage, ana: UserRecord, admin: Any
) -> None:
    lost = a_session(ana)

    async def cut_off() -> None:
        async with storage.transaction() as repositories:
            await repositories.sessions.add(lost)
            await admin.fetchval(TERMINATE)

    with pytest.raises(StorageUnavailable):
        await cut_off()

    assert await find(storage, lost) is None


async def test_a_statement_has_a_timeout(single: PostgresqlDatabase) -> None:
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            await use(single, "SELECT pg_sleep(20)")

    await use(single)


async def test_after_a_cancelled_statement_the_connection_is_released(single: PostgresqlDatabase) -> None:
    await single.open()
    task = asyncio.create_task(use(single, "SELECT pg_sleep(20)"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await use(single)


async def test_an_exhausted_pool_is_unavailable_after_a_timeout(single: PostgresqlDatabase) -> None:
    async with single.transaction():
        with pytest.raises(StorageUnavailable):
            await use(single)

    await use(single)


async def test_a_read_only_server_is_unavailable(storage: Storage) -> None:
    """A replica is read-only until it is promoted."""

    async def write() -> None:
        async with storage.database.transaction() as tx:
            await tx.fetch_all(text("SET TRANSACTION READ ONLY"), {})
            await tx.execute(text("DELETE FROM users"), {})

    with pytest.raises(StorageUnavailable):
        await write()


BY_KEY = {
    "find": session_statements.FIND,
    "revoke": session_statements.REVOKE,
    "rename": session_statements.RENAME,
    "rotate": session_statements.ROTATE,
    "touch": session_statements.TOUCH,
    "reauthenticate": session_statements.REAUTHENTICATE,
    "renew": session_statements.RENEW,
}
BY_OWNER = {
    "list": page_statement(SessionFilter().shape(), SessionOrderField.LAST_ACTIVE, True, False, False, False),
    "stats": session_statements.COUNT_BY_KIND,
    "has device": session_statements.HAS_DEVICE,
    "events": events._list(None, (False, False, False)),
}


async def plan(storage: Storage, admin: Any, statement: Executable, *avoided: str) -> str:
    """The plan of the statement in PostgreSQL, without sequential scans if an index can be used."""
    await storage.database.open()
    async with admin.transaction():
        await admin.execute("SET LOCAL enable_seqscan = off")
        for way in avoided:
            await admin.execute(f"SET LOCAL enable_{way} = off")
        await admin.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        sql = postgresql._compile(statement).sql
        number = len(postgresql._compile(statement)._order)
        await admin.execute(f"PREPARE explained AS {sql}")
        rows = await admin.fetch(f"EXPLAIN EXECUTE explained({', '.join(['NULL'] * number)})")
        await admin.execute("DEALLOCATE explained")
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("name", BY_KEY)
async def test_one_session_is_found_by_the_primary_key(storage: Storage, admin: Any, name: str) -> None:
    shown = await plan(storage, admin, BY_KEY[name])

    assert "Index Scan using pk_sessions" in shown
    assert "Index Cond: ((user_id = " in shown
    assert "AND (id = " in shown
    assert "Seq Scan" not in shown


@pytest.mark.parametrize("name", BY_OWNER)
async def test_lists_read_the_rows_of_one_user(storage: Storage, admin: Any, name: str) -> None:
    shown = await plan(storage, admin, BY_OWNER[name])

    assert "Index Cond: (user_id = " in shown
    assert "Seq Scan" not in shown


async def test_many_sessions_are_locked_in_the_order_of_their_ids(storage: Storage, admin: Any) -> None:
    """Rows that an index does not return in this order are sorted before they are locked, so no plan can deadlock."""
    statement = session_statements.revoke_many(SessionFilter().shape(), keep=True)

    shown = await plan(storage, admin, statement, "indexscan", "indexonlyscan")

    assert "LockRows" in shown
    assert "Sort Key: " in shown.split("LockRows")[1]


async def test_sessions_over_the_limit_are_locked_in_the_order_of_their_ids(storage: Storage, admin: Any) -> None:
    shown = await plan(storage, admin, session_statements.EVICT, "indexscan", "indexonlyscan")

    assert "Sort Key: sessions_1.id" in shown.split("LockRows")[1]


async def test_a_user_is_found_by_email_through_an_index(storage: Storage, admin: Any) -> None:
    assert "uq_users_email_key" in await plan(storage, admin, users._FIND_CREDENTIALS)


async def test_no_index_prevents_hot_updates_of_the_last_use(admin: Any) -> None:
    """HOT updates require that `last_active` is in no index, and free space in the page."""
    indexed = await admin.fetch(
        """SELECT DISTINCT attname FROM pg_index JOIN pg_attribute a ON attrelid = indrelid AND attnum = ANY (indkey)
        WHERE indrelid = 'sessions'::regclass"""
    )
    options = await admin.fetchval("SELECT reloptions FROM pg_class WHERE oid = 'sessions'::regclass")

    assert {row[0] for row in indexed} == {"user_id", "id"}
    assert options == ["fillfactor=80"]


async def test_an_invalid_url_is_a_storage_error() -> None:
    with pytest.raises(StorageError):
        await PostgresqlDatabase("postgresql://a@127.0.0.1:99999999/x").open()
