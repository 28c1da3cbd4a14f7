"""Storage as the rest of the house sees it: transactions that hold repositories."""

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
    """The repositories of one transaction."""

    __slots__ = (
        "admin_actions",
        "bulk_revocation",
        "events",
        "pruning",
        "rate_limits",
        "service_keys",
        "sessions",
        "users",
    )

    def __init__(self, tx: Transaction, lifetimes: Lifetimes) -> None:
        self.users = UserRepository(tx)
        self.sessions = SessionRepository(tx, lifetimes)
        self.events = EventRepository(tx)
        self.rate_limits = RateLimitRepository(tx)
        self.bulk_revocation = BulkRevocationRepository(tx, lifetimes)
        self.service_keys = ServiceKeyRepository(tx)
        self.admin_actions = AdminActionRepository(tx)
        self.pruning = PruneRepository(tx)


class Storage:
    """A database and how long its sessions last."""

    def __init__(self, database: Database, lifetimes: Lifetimes) -> None:
        self.database = database
        self.lifetimes = lifetimes

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Repositories]:
        """Everything in the block takes effect together, or nothing does."""
        async with self.database.transaction() as tx:
            yield Repositories(tx, self.lifetimes)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Repositories]:
        """For statements that only read."""
        async with self.database.reading() as tx:
            yield Repositories(tx, self.lifetimes)


def sqlite_path(url: str) -> Path:
    """The file of a `sqlite:///…` URL. Raises ValueError for a database in memory."""
    name = make_url(url).database
    if name in (None, "", ":memory:"):
        raise ValueError("sessions are kept in a file: write sqlite:///path/to/file.sqlite3")
    return Path(str(name))


def is_sqlite(url: str) -> bool:
    """Whether the URL is one of SQLite. Raises ValueError for one that is not understood."""
    try:
        name = make_url(url).drivername
    except (ArgumentError, ValueError):
        name = ""
    # Plain names only: which driver speaks to a database is ours to choose.
    if name not in ("sqlite", "postgresql"):
        raise ValueError("write the database URL as sqlite:///path or postgresql://user@host:port/name")
    return name == "sqlite"


def connect(url: str, pool_size: int = 10) -> Database:
    """The database that a `sqlite:///…` or `postgresql://…` URL names; not yet opened."""
    # Each engine's driver is loaded where it is used, for a quick start.
    if is_sqlite(url):
        from sessionql.storage.sqlite import SqliteDatabase  # noqa: PLC0415

        return SqliteDatabase(sqlite_path(url))
    from sessionql.storage.postgresql import PostgresqlDatabase  # noqa: PLC0415

    return PostgresqlDatabase(url, pool_size)
