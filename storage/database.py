"""The seam between repositories and engines: a transaction that executes statements.

A repository says `await tx.fetch_one(STATEMENT, parameters)` and never learns which engine it
runs on. Statements are SQLAlchemy Core, built once at import; rows are in column order.
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
"""Done when nothing is heard any more."""


class Transaction(Protocol):
    """Statements that take effect together or not at all."""

    notifications: PendingNotifications
    """What is announced if they do."""

    async def fetch_one(self, statement: Executable, parameters: Parameters) -> Row | None:
        """The first row, or None."""
        ...

    async def fetch_all(self, statement: Executable, parameters: Parameters) -> Sequence[Row]:
        """Every row."""
        ...

    async def execute(self, statement: Executable, parameters: Parameters) -> int:
        """How many rows the statement changed."""
        ...

    async def execute_many(self, statement: Executable, rows: Sequence[Parameters]) -> None:
        """Run the statement once for each set of parameters."""
        ...


class Database(Protocol):
    """One database, whichever engine it is. Raises `StorageError` and nothing of a driver's."""

    name: str
    """The engine, for people: `SQLite 3.40.1` or `PostgreSQL`."""

    async def open(self) -> None:
        """Connect. Raises `StorageUnavailable` when that cannot be done now."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commit at the end of the block, or roll back when it raises."""
        ...

    def listen(self, listener: Listener) -> AbstractAsyncContextManager[Lost]:
        """Hear what every transaction announces, on whichever worker, while the block runs.

        Raises `StorageUnavailable` when that cannot be done now. Whoever awaits `lost` learns when
        nothing is heard any more.
        """
        ...

    def after_commit(self, listener: Listener) -> None:
        """Have `hear` told of what each transaction of this process announced, once that is committed."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """Statements that only read, each on its own: nothing to begin and nothing to commit."""
        ...
