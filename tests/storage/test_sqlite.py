"""SQLite: one process, one file, and the failures of that file."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessionql.storage import Lifetimes, Storage, StorageError, StorageUnavailable, sqlite
from sessionql.storage.records import UserRecord
from sessionql.storage.sqlite import SqliteDatabase
from sessionql.storage.storage import connect, sqlite_path
from tests.storage.builders import a_session, an_event, events_of, find, keep, keep_events, sessions_of

ROOT = Path(__file__).parents[2]
OPEN = """
import asyncio, sys
from pathlib import Path
from sessionql.storage.sqlite import SqliteDatabase
asyncio.run(SqliteDatabase(Path(sys.argv[1])).open())
"""


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Only SQLite."""
    return str(request.param)


@pytest.fixture
def path(database_url: str) -> Path:
    return sqlite_path(database_url)


@pytest.fixture
def lock(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of another program to the file, without a lock."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    yield connection
    connection.close()


def pragma(storage: Storage, statement: str) -> object:
    assert isinstance(storage.database, SqliteDatabase)
    connection = storage.database._open_connection()
    return connection.exec_driver_sql(f"PRAGMA {statement}").scalar()


async def test_the_file_is_private_and_durable(storage: Storage) -> None:
    assert pragma(storage, "journal_mode") == "wal"
    assert pragma(storage, "synchronous") == 2, "FULL"
    assert pragma(storage, "foreign_keys") == 1


async def test_a_second_process_is_rejected_with_a_hint_at_postgresql(path: Path, storage: Storage) -> None:
    await storage.database.open()
    arguments = [sys.executable, "-c", OPEN, str(path)]

    second = await asyncio.to_thread(
        subprocess.run, arguments, capture_output=True, text=True, cwd=ROOT, check=False, timeout=30
    )

    assert second.returncode == 1
    assert "StorageUnavailable: Another process uses" in second.stderr
    assert "postgresql://" in second.stderr

    await storage.database.close()
    third = await asyncio.to_thread(subprocess.run, arguments, capture_output=True, cwd=ROOT, check=False, timeout=30)
    assert third.returncode == 0, "the file is free once the first has let go"


async def test_a_second_database_on_the_file_is_rejected_until_the_first_is_closed(
    path: Path, storage: Storage, ana: UserRecord, lifetimes: Lifetimes
) -> None:
    session = a_session(ana)
    await keep(storage, session)
    second = Storage(SqliteDatabase(path), lifetimes)

    with pytest.raises(StorageUnavailable, match="postgresql://"):
        await second.database.open()
    with pytest.raises(StorageUnavailable, match="postgresql://"):
        await find(second, session)
    assert await find(storage, session) == session, "the first is not disturbed"

    await storage.database.close()
    assert await find(second, session) == session
    await second.database.close()


async def test_a_locked_file_is_unavailable_after_a_timeout_and_works_later(
    storage: Storage, ana: UserRecord, lock: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOCK_TIMEOUT", 0.2)
    session, later = a_session(ana), a_session(ana)
    await keep(storage, session)
    lock.execute("BEGIN IMMEDIATE")
    loop = asyncio.get_running_loop()
    began = loop.time()

    with pytest.raises(StorageUnavailable, match="locked"):
        await keep(storage, later)

    assert 0.2 <= loop.time() - began < 1.5
    assert await find(storage, session) == session, "reading goes on"
    lock.execute("ROLLBACK")
    await keep(storage, later)
    assert await sessions_of(storage, ana) == {session, later}


async def test_a_short_lock_is_waited_for_without_blocking_the_event_loop(
    storage: Storage, ana: UserRecord, lock: sqlite3.Connection
) -> None:
    session, ticks = a_session(ana), 0
    lock.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(keep(storage, session))

    for _ in range(10):
        await asyncio.sleep(0.01)
        ticks += not waiting.done()
    lock.execute("ROLLBACK")
    await waiting

    assert ticks == 10
    assert await find(storage, session) == session


async def test_a_transaction_cancelled_while_it_waits_holds_no_lock(
    storage: Storage, ana: UserRecord, lock: sqlite3.Connection
) -> None:
    lock.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(keep(storage, a_session(ana)))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    lock.execute("ROLLBACK")
    session = a_session(ana)
    await keep(storage, session)
    assert await sessions_of(storage, ana) == {session}


async def test_a_file_that_is_locked_at_the_start_is_opened_later(path: Path, lifetimes: Lifetimes) -> None:
    other = sqlite3.connect(path, isolation_level=None, timeout=0)
    other.execute("PRAGMA journal_mode=DELETE")
    other.execute("BEGIN EXCLUSIVE")
    storage = Storage(connect(f"sqlite:///{path}"), lifetimes)

    with pytest.raises(StorageUnavailable, match="locked"):
        await storage.database.open()

    other.execute("ROLLBACK")
    other.close()
    await storage.database.open()
    assert pragma(storage, "journal_mode") == "wal"
    await storage.database.close()


async def test_a_full_disk_loses_no_committed_data_and_recovers(
    path: Path, storage: Storage, ana: UserRecord, lifetimes: Lifetimes
) -> None:
    kept, big = a_session(ana), "x" * 5_000
    await keep(storage, kept)
    pages = pragma(storage, "page_count")
    pragma(storage, f"max_page_count = {pages}")

    events = [an_event(ana, device=big) for _ in range(50)]
    with pytest.raises(StorageUnavailable, match="full"):
        await keep_events(storage, *events)
    with pytest.raises(StorageUnavailable, match="full"):
        await keep_events(storage, *events)

    assert await events_of(storage, ana) == set(), "not one of the fifty"
    assert await sessions_of(storage, ana) == {kept}
    pragma(storage, "max_page_count = 100000")
    await keep_events(storage, *events)
    await storage.database.close()

    again = Storage(SqliteDatabase(path), lifetimes)
    assert await events_of(again, ana) == set(events)
    assert await sessions_of(again, ana) == {kept}
    assert pragma(again, "integrity_check") == "ok"
    await again.database.close()


@pytest.mark.parametrize("place", ["file/below/it.sqlite3", "file/it.sqlite3", "directory"])
async def test_the_error_names_an_impossible_path(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "directory").mkdir()
    database = SqliteDatabase(tmp_path / place)

    with pytest.raises(StorageUnavailable, match=place.rpartition("/")[2] + r"|unable to open"):
        await database.open()

    await database.close()


async def test_the_error_names_a_folder_without_permission() -> None:
    """For root, only a virtual file system rejects writes."""
    database = SqliteDatabase(Path("/proc/sessionql/sessionql.sqlite3"))

    with pytest.raises(StorageUnavailable, match=r"Cannot use /proc/sessionql/sessionql.sqlite3: .+\."):
        await database.open()

    await database.close()


async def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "letter.sqlite3").write_text("Dear Ana, " * 500)
    database = SqliteDatabase(tmp_path / "letter.sqlite3")

    with pytest.raises(StorageError, match="not a database") as caught:
        await database.open()

    assert not isinstance(caught.value, StorageUnavailable)
    await database.close()


async def test_a_created_folder_is_private(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "data" / "sessionql.sqlite3")

    await database.open()

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    await database.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_an_in_memory_database_is_rejected(url: str) -> None:
    with pytest.raises(ValueError, match="kept in a file"):
        connect(url)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense", ""])
def test_another_engine_is_rejected(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path or postgresql://"):
        connect(url)
