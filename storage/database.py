"""The interface between repositories and engines: a transaction that executes statements.

A repository calls `await tx.fetch_one(STATEMENT, parameters)` and does not know the engine. Statements are SQLAlchemy
Core, built once at import; a row is a sequence in the order of the selected columns.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from sqlalchemy.sql import Executable

from sessionql.storage.notifications import Listener, PendingNotifications

Parameters = Mapping[str, Any]
Row = Sequence[Any]
Lost = asyncio.Future[None]
"""Done when notifications are no longer received."""


class Transaction(Protocol):
    """Statements that take effect together or not at all."""

    @property
    def notifications(self) -> PendingNotifications:
        """Sent when the transaction commits. Created on first use: most transactions only read."""
        ...

    async def fetch_one(self, statement: Executable, parameters: Parameters) -> Row | None:
        """The first row, or None when there is no row."""
        ...

    async def fetch_all(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """All rows of the result."""
        ...

    async def execute(self, statement: Executable, parameters: Parameters) -> int:
        """The number of rows that the statement changed."""
        ...

    async def execute_many(self, statement: Executable, rows: Sequence[Parameters]) -> None:
        """Run the statement once for each set of parameters."""
        ...


class Database(Protocol):
    """One database on one of the engines. Raises `StorageError` and no error of a driver."""

    name: str
    """The engine, to show: `SQLite 3.40.1` or `PostgreSQL`."""

    async def open(self) -> None:
        """Connect. Raises `StorageUnavailable` when the database cannot be reached."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commit at the end of the block; roll back when the block raises."""
        ...

    def listen(self, listener: Listener) -> AbstractAsyncContextManager[Lost]:
        """Call `listener` with the notifications of all transactions, of all workers, while the block runs.

        The block receives a future that is done when notifications are no longer received.

        Raises `StorageUnavailable` when the database cannot be reached.
        """
        ...

    def after_commit(self, listener: Listener) -> None:
        """Call `listener` with the notifications of each transaction of this process, after its commit."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """Run statements that only read, each by itself, without BEGIN and COMMIT."""
        ...
