"""PostgreSQL: each statement is compiled once to SQL text and run by asyncpg as a prepared statement.

SQLAlchemy generates the SQL and asyncpg runs it, because SQLAlchemy's own connection takes three times as long for
each request.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

import asyncpg
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql import Executable

from sessionql.storage.database import Lost, Parameters, Row
from sessionql.storage.notifications import Listener, PendingNotifications
from sessionql.storage.postgresql_errors import TIMEOUT, wrap_errors
from sessionql.storage.postgresql_notify import listen, notify

log = logging.getLogger("sessionql.storage")

_DIALECT: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]


class _Compiled:
    """A statement as SQL text, and the order of its parameters."""

    def __init__(self, statement: Executable) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        self.sql: str = str(compiled)
        self._order: Sequence[str] = tuple(compiled.positiontup)
        self._constants: dict[str, Any] = dict(compiled.params)

    def arguments(self, parameters: Parameters) -> list[Any]:
        """The parameters in the order of the statement, with its constants."""
        constants = self._constants
        return [parameters[name] if name in parameters else constants[name] for name in self._order]


_compiled: WeakKeyDictionary[Executable, _Compiled] = WeakKeyDictionary()


def _compile(statement: Executable) -> _Compiled:
    compiled = _compiled.get(statement)
    if compiled is None:
        compiled = _compiled[statement] = _Compiled(statement)
    return compiled


class PostgresqlTransaction:
    """Runs statements on one connection of the pool."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._notifications: PendingNotifications | None = None

    @property
    def notifications(self) -> PendingNotifications:
        if self._notifications is None:
            self._notifications = PendingNotifications()
        return self._notifications

    async def fetch_one(self, statement: Executable, parameters: Parameters) -> Row | None:
        compiled = _compile(statement)
        row: Row | None = await self._connection.fetchrow(compiled.sql, *compiled.arguments(parameters))
        return row

    async def fetch_all(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        compiled = _compile(statement)
        rows: Sequence[Row] = await self._connection.fetch(compiled.sql, *compiled.arguments(parameters))
        return rows

    async def execute(self, statement: Executable, parameters: Parameters) -> int:
        compiled = _compile(statement)
        status = await self._connection.execute(compiled.sql, *compiled.arguments(parameters))
        return int(status.rpartition(" ")[2])

    async def execute_many(self, statement: Executable, rows: Sequence[Parameters]) -> None:
        compiled = _compile(statement)
        await self._connection.executemany(compiled.sql, [compiled.arguments(row) for row in rows])


class PostgresqlDatabase:
    """A pool of connections to one server, created on first use. Broken connections are replaced."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.name = "PostgreSQL"
        self._url = url
        self._pool_size = pool_size
        self._opening = asyncio.Lock()
        self._commit_listeners: list[Listener] = []
        self._pool: Any = None

    async def open(self) -> None:
        if self._pool is not None:
            return
        async with self._opening:
            if self._pool is None:
                with wrap_errors():
                    self._pool = await asyncpg.create_pool(
                        self._url,
                        min_size=1,
                        max_size=self._pool_size,
                        timeout=TIMEOUT,
                        command_timeout=TIMEOUT,
                        reset=_nothing_to_reset,
                        # All statements are short: compiling them to machine code takes longer than it saves.
                        server_settings={"application_name": "sessionql", "jit": "off"},
                    )

    async def close(self) -> None:
        # The next `open` may run in another event loop.
        self._opening = asyncio.Lock()
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                await asyncio.wait_for(pool.close(), TIMEOUT)
            except (TimeoutError, OSError, asyncpg.InterfaceError):
                pool.terminate()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresqlTransaction]:
        async with self._connection() as connection, connection.transaction():
            tx = PostgresqlTransaction(connection)
            yield tx
            await notify(connection, tx.notifications)
        tx.notifications.publish(self._commit_listeners)

    def after_commit(self, listener: Listener) -> None:
        self._commit_listeners.append(listener)

    def listen(self, listener: Listener) -> AbstractAsyncContextManager[Lost]:
        return listen(self._url, listener)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[PostgresqlTransaction]:
        async with self._connection() as connection:
            yield PostgresqlTransaction(connection)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        await self.open()
        pool: Any = self._pool
        with wrap_errors():
            async with pool.acquire(timeout=TIMEOUT) as connection:
                try:
                    yield connection
                except (asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.InternalClientError):
                    # The server closed the connection. The pool drops the other closed ones when it uses them.
                    with suppress(asyncpg.InterfaceError):  # The pool may have released it already.
                        connection.terminate()
                    raise


async def _nothing_to_reset(_connection: Any) -> None:
    """Skip the reset of a released connection, a round trip: no statement changes its settings."""
