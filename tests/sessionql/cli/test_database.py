"""The commands that migrate and prune the database, on both engines."""

import asyncio
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sessionql.storage.migrations import HEAD
from sessionql.storage.storage import is_sqlite, sqlite_path
from tests.support.cli import run
from tests.support.engines import Engines, run_sql
from tests.support.server import Server


@pytest.fixture
def empty_url(engine: str, engines: Engines, tmp_path: Path) -> Iterator[str]:
    """A database without tables, on each engine."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'sessions.sqlite3'}"
        return
    with engines.empty_postgresql(f"sessionql_test_cli_{secrets.token_hex(4)}") as url:
        yield url


def test_a_migration_creates_the_tables_and_may_be_repeated(empty_url: str, tmp_path: Path) -> None:
    for _ in range(2):
        done = run(tmp_path, "migrate", DATABASE_URL=empty_url)
        assert (done.code, done.out) == (0, "The database is up to date.\n")
        assert "Traceback" not in done.err
    with Server(empty_url, tmp_path) as server:
        assert server.device().register("ana@example.com").get("{ mySessions { isCurrent } }")


def test_pruning_reports_the_number_of_deleted_rows(database_url: str, tmp_path: Path) -> None:
    with Server(database_url, tmp_path) as server:
        laptop = server.device().register("ana@example.com")
        server.device().log_in("ana@example.com")
        laptop.get("mutation { revokeAllSessions { revokedCount } }")
    kept = run(tmp_path, "prune", DATABASE_URL=database_url)
    assert (kept.code, kept.out) == (0, "Deleted 0 sessions and 0 events.\n")
    gone = run(tmp_path, "prune", DATABASE_URL=database_url, KEEP_ENDED="0", KEEP_EVENTS="0")
    assert (gone.code, gone.out) == (0, "Deleted 1 sessions and 4 events.\n")


def test_a_database_in_use_by_a_server_is_an_error_of_one_line(engines: Engines, tmp_path: Path) -> None:
    url = engines.sqlite(tmp_path)
    with Server(url, tmp_path):
        for command in ("prune", "migrate", "serve"):
            (line,) = run(tmp_path, command, DATABASE_URL=url, PORT="0").problem.splitlines()
            assert "Another process uses" in line
            assert "stop that one first" in line
            assert "postgresql://" in line


def test_a_postgresql_database_without_tables_stops_the_start(engines: Engines, tmp_path: Path) -> None:
    name = f"sessionql_test_old_{secrets.token_hex(4)}"
    url = engines.new_postgresql(name)
    try:
        for command in ("serve", "prune"):
            (line,) = run(tmp_path, command, DATABASE_URL=url, PORT="0").problem.splitlines()[-1:]
            assert "no tables" in line
            assert "Run `sessionql migrate`" in line
    finally:
        asyncio.run(run_sql(engines._server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_an_unknown_revision_is_an_error_and_changes_nothing(database_url: str, tmp_path: Path, command: str) -> None:
    """The tables of another version, whose revision this version does not have."""
    set_revision(database_url, "0002")

    (line,) = run(tmp_path, command, DATABASE_URL=database_url, PORT="0").problem.splitlines()[-1:]

    assert line.startswith("sessionql: The database has the tables of revision 0002, which this version")
    assert f"it works with revision {HEAD}" in line
    set_revision(database_url, HEAD)
    assert run(tmp_path, "migrate", DATABASE_URL=database_url).code == 0


def set_revision(url: str, revision: str) -> None:
    statement = f"UPDATE alembic_version SET version_num = '{revision}'"
    if is_sqlite(url):
        with closing(sqlite3.connect(sqlite_path(url))) as connection, connection:
            connection.execute(statement)
    else:
        asyncio.run(run_sql(url, statement))


@pytest.mark.parametrize("command", ["migrate", "prune"])
def test_an_unreachable_database_is_an_error_of_one_line(engines: Engines, tmp_path: Path, command: str) -> None:
    unreachable = "postgresql://unreachable@127.0.0.1:1/nothing"
    (line,) = run(tmp_path, command, DATABASE_URL=unreachable).problem.splitlines()[-1:]
    assert line.startswith("sessionql: PostgreSQL: ")
    missing = engines._server.replace("/postgres", "/sessionql_test_missing")
    (line,) = run(tmp_path, command, DATABASE_URL=missing).problem.splitlines()[-1:]
    assert "does not exist" in line
