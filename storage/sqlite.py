"""SQLite: one process, one connection, statements run in the event loop under an asyncio lock.

In the event loop, because a statement takes microseconds and a change of thread takes hundreds of them. One
connection, because SQLite before 3.51.3 can corrupt a WAL that several connections write.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import Executable

from sessionql.storage.database import Lost, Parameters, Row
from sessionql.storage.errors import StorageUnavailable
from sessionql.storage.notifications import Listener, PendingNotifications
from sessionql.storage.sqlite_errors import is_locked, wrap_errors
from sessionql.storage.sqlite_files import lock_file

LOCK_TIMEOUT = 2.0
"""Maximum time to wait for another program that has locked the file, in seconds."""


class SqliteTransaction:
    """Runs statements on the one connection. No method waits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._notifications: PendingNotifications | None = None

    @property
    def notifications(self) -> PendingNotifications:
        if self._notifications is None:
            self._notifications = PendingNotifications()
        return self._notifications

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
    """A database file that only this process uses."""

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
        # The next `open` may run in another event loop.
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
        # All transactions run in this process, so no other process has to be notified.
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
    """Create an engine with one connection. The caller executes BEGIN and COMMIT."""
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
    """Begin a transaction that holds the write lock; wait for the lock without blocking the event loop."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LOCK_TIMEOUT
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except SQLAlchemyError as error:
            if not is_locked(error) or loop.time() > deadline:
                raise
            await asyncio.sleep(0.02)
        else:
            return


def _roll_back(connection: Connection) -> None:
    # On some errors (a full disk) SQLite has rolled back already.
    driver = connection.connection.driver_connection
    if driver is not None and driver.in_transaction:
        connection.exec_driver_sql("ROLLBACK")
