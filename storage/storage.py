"""The public interface of storage: transactions, and the repositories of a transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from sessionql.storage.admin_actions import AdminActionRepository
from sessionql.storage.bulk_revocation import BulkRevocationRepository
from sessionql.storage.database import Database, Transaction
from sessionql.storage.events import EventRepository
from sessionql.storage.lifetimes import Lifetimes
from sessionql.storage.pruning import PruneRepository
from sessionql.storage.rate_limits import RateLimitRepository
from sessionql.storage.service_keys import ServiceKeyRepository
from sessionql.storage.sessions import SessionRepository
from sessionql.storage.users import UserRepository


class Repositories:
    """The repositories of one transaction, each created on access: most transactions use one or two."""

    __slots__ = ("_lifetimes", "_tx")

    def __init__(self, tx: Transaction, lifetimes: Lifetimes) -> None:
        self._tx = tx
        self._lifetimes = lifetimes

    # Properties without a cache: a repository has no state, and creating one takes less time than caching it.

    @property
    def users(self) -> UserRepository:
        return UserRepository(self._tx)

    @property
    def sessions(self) -> SessionRepository:
        return SessionRepository(self._tx, self._lifetimes)

    @property
    def events(self) -> EventRepository:
        return EventRepository(self._tx)

    @property
    def rate_limits(self) -> RateLimitRepository:
        return RateLimitRepository(self._tx)

    @property
    def bulk_revocation(self) -> BulkRevocationRepository:
        return BulkRevocationRepository(self._tx, self._lifetimes)

    @property
    def service_keys(self) -> ServiceKeyRepository:
        return ServiceKeyRepository(self._tx)

    @property
    def admin_actions(self) -> AdminActionRepository:
        return AdminActionRepository(self._tx)

    @property
    def pruning(self) -> PruneRepository:
        return PruneRepository(self._tx)


class Storage:
    """A database, and the lifetimes of its sessions."""

    def __init__(self, database: Database, lifetimes: Lifetimes) -> None:
        self.database = database
        self.lifetimes = lifetimes

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Repositories]:
        """Commit all changes of the block together; roll back when the block raises.

        Raises `StorageError`, or `StorageUnavailable` when the database cannot serve now.
        """
        async with self.database.transaction() as tx:
            yield Repositories(tx, self.lifetimes)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Repositories]:
        """Run statements that only read, without a transaction.

        Raises `StorageError`, or `StorageUnavailable` when the database cannot serve now.
        """
        async with self.database.reading() as tx:
            yield Repositories(tx, self.lifetimes)


def sqlite_path(url: str) -> Path:
    """The path of the file in a `sqlite:///…` URL. Raises ValueError for a database in memory."""
    name = make_url(url).database
    if name in (None, "", ":memory:"):
        raise ValueError("sessions are kept in a file: write sqlite:///path/to/file.sqlite3")
    return Path(str(name))


def is_sqlite(url: str) -> bool:
    """Whether the URL names a SQLite database. Raises ValueError when it names neither SQLite nor PostgreSQL."""
    try:
        name = make_url(url).drivername
    except (ArgumentError, ValueError):
        name = ""
    # Names with a driver (`postgresql+psycopg`) are rejected: this package chooses the driver.
    if name not in ("sqlite", "postgresql"):
        raise ValueError("write the database URL as sqlite:///path or postgresql://user@host:port/name")
    return name == "sqlite"


def connect(url: str, pool_size: int = 10) -> Database:
    """The database of a `sqlite:///…` or `postgresql://…` URL, not yet opened. Raises ValueError for other URLs."""
    # Import the driver of the chosen engine only, to start faster.
    if is_sqlite(url):
        from sessionql.storage.sqlite import SqliteDatabase  # noqa: PLC0415

        return SqliteDatabase(sqlite_path(url))
    from sessionql.storage.postgresql import PostgresqlDatabase  # noqa: PLC0415

    return PostgresqlDatabase(url, pool_size)
