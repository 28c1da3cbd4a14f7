"""SQLite: one process, one connection, statements run inline under an asyncio lock.

Inline, because a statement takes microseconds and a thread hop takes hundreds of them. One
connection, because SQLite before 3.51.3 can corrupt a WAL that several connections write.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import Executable

from sessionql.storage.database import Lost, Parameters, Row
from sessionql.storage.errors import StorageError, StorageUnavailable
from sessionql.storage.notifications import Listener, PendingNotifications

LOCK_WAIT = 2.0
"""How long to wait for another program that holds the file locked, in seconds."""

_TROUBLE = ("locked", "busy", "full", "unable to open", "disk i/o", "readonly")


class SqliteTransaction:
    """Runs statements on the one connection. Nothing here ever waits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.notifications = PendingNotifications()

    async def fetch_one(self, statement: Executable, parameters: Parameters) -> Row | None:
        return self._connection.execute(statement, dict(parameters)).first()

    async def fetch_all(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        return self._connection.execute(statement, dict(parameters)).all()

    async def execute(self, statement: Executable, parameters: Parameters) -> int:
        return self._connection.execute(statement, dict(parameters)).rowcount

    async def execute_many(self, statement: Executable, rows: Sequence[Parameters]) -> None:
        if rows:
            self._connection.execute(statement, [dict(row) for row in rows])


class SqliteDatabase:
    """A database file of this process alone."""

    def __init__(self, path: Path) -> None:
        self.name = f"SQLite {sqlite3.sqlite_version}"
        self._path = path
        self._lock = asyncio.Lock()
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._lock_handle: int | None = None
        self._listeners: list[Listener] = []
        self._commit_listeners: list[Listener] = []

    async def open(self) -> None:
        if self._connection is not None:
            return
        if self._lock_handle is None:
            self._lock_handle = lock_file(self._path)
        with wrap_errors():
            self._engine = make_engine(self._path)
            self._connection = self._engine.connect()

    async def close(self) -> None:
        if self._engine is not None and self._connection is not None:
            self._connection.close()
            self._engine.dispose()
            self._engine = self._connection = None
        if self._lock_handle is not None:
            os.close(self._lock_handle)
            self._lock_handle = None
        # Whoever opens it again may do so in another event loop.
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqliteTransaction]:
        async with self._lock:
            await self.open()
            connection = self._open_connection()
            with wrap_errors():
                await _begin(connection)
                try:
                    tx = SqliteTransaction(connection)
                    yield tx
                    connection.exec_driver_sql("COMMIT")
                except BaseException:
                    _roll_back(connection)
                    raise
            self._publish(tx.notifications)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqliteTransaction]:
        async with self._lock:
            await self.open()
            with wrap_errors():
                yield SqliteTransaction(self._open_connection())

    def after_commit(self, listener: Listener) -> None:
        self._commit_listeners.append(listener)

    @asynccontextmanager
    async def listen(self, listener: Listener) -> AsyncIterator[Lost]:
        # This process makes every transaction: it only has to tell itself.
        self._listeners.append(listener)
        try:
            yield asyncio.get_running_loop().create_future()
        finally:
            self._listeners.remove(listener)

    def _publish(self, notifications: PendingNotifications) -> None:
        notifications.publish([*self._listeners, *self._commit_listeners])

    def _open_connection(self) -> Connection:
        if self._connection is None:
            raise StorageUnavailable("The database is closed.")
        return self._connection


def make_engine(path: Path) -> Engine:
    """An engine of one connection that leaves BEGIN and COMMIT to its caller."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=StaticPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": 0},
    )
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


async def _begin(connection: Connection) -> None:
    """Take the write lock at once, and wait for it without stopping the event loop."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LOCK_WAIT
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except SQLAlchemyError as error:
            if "locked" not in str(error) or loop.time() > deadline:
                raise
            await asyncio.sleep(0.02)
        else:
            return


def _roll_back(connection: Connection) -> None:
    # A full disk makes SQLite roll back by itself; there is nothing left to undo then.
    driver = connection.connection.driver_connection
    if driver is not None and driver.in_transaction:
        connection.exec_driver_sql("ROLLBACK")


def lock_file(path: Path) -> int:
    """Lock a file beside the database for as long as the returned descriptor is open.

    Raises StorageUnavailable when another process holds it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageUnavailable(f"Cannot use {path}: {error.strerror}.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise StorageUnavailable(
            f"Another process uses {path}. SQLite serves one process: stop that one first, "
            "or set SESSIONQL_DATABASE_URL to a postgresql:// address."
        ) from error
    return handle


@contextmanager
def wrap_errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        text = str(getattr(error, "orig", error))
        if any(word in text.lower() for word in _TROUBLE):
            raise StorageUnavailable(f"SQLite: {text}") from error
        raise StorageError(f"SQLite: {text}") from error
    except (OverflowError, UnicodeEncodeError) as error:
        # The driver says so of values that no database can hold.
        raise StorageError(f"SQLite: {error}") from error
