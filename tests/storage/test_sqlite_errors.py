"""Errors of SQLite are classified by their result code, not by the text of their message."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InvalidRequestError, OperationalError, SQLAlchemyError

from sessionql.storage import StorageError, StorageUnavailable
from sessionql.storage.sqlite import make_engine
from sessionql.storage.sqlite_errors import is_locked, wrap_errors

UNAVAILABLE = [
    "SQLITE_BUSY",
    "SQLITE_BUSY_SNAPSHOT",
    "SQLITE_LOCKED",
    "SQLITE_LOCKED_SHAREDCACHE",
    "SQLITE_FULL",
    "SQLITE_CANTOPEN",
    "SQLITE_CANTOPEN_ISDIR",
    "SQLITE_IOERR",
    "SQLITE_IOERR_WRITE",
    "SQLITE_READONLY",
    "SQLITE_READONLY_DBMOVED",
]
FAULTS = [
    "SQLITE_CORRUPT",
    "SQLITE_CORRUPT_INDEX",
    "SQLITE_NOTADB",
    "SQLITE_CONSTRAINT",
    "SQLITE_CONSTRAINT_UNIQUE",
    "SQLITE_CONSTRAINT_FOREIGNKEY",
    "SQLITE_ERROR",
    "SQLITE_MISMATCH",
    "SQLITE_TOOBIG",
]
# Every word by which an error could be classified wrongly.
MISLEADING = "database is locked, busy, full, readonly: unable to open, disk i/o error"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "errors.sqlite3"


@pytest.fixture
def connection(path: Path) -> Iterator[Connection]:
    """A connection to a file with one table, whose name and column are words of error messages."""
    engine = make_engine(path)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE busy (locked INTEGER PRIMARY KEY) STRICT")
        yield connection
    engine.dispose()


def driver_error(name: str, message: str) -> sqlite3.Error:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode, error.sqlite_errorname = getattr(sqlite3, name), name
    return error


def wrap(error: BaseException) -> StorageError:
    """The error that `wrap_errors` raises instead of `error`."""
    with pytest.raises(StorageError) as raised, wrap_errors():
        raise error
    assert raised.value.__cause__ is error
    return raised.value


def by_sqlalchemy(error: sqlite3.Error) -> SQLAlchemyError:
    return OperationalError("SELECT locked FROM busy", {}, error)


@pytest.mark.parametrize("name", UNAVAILABLE)
def test_codes_of_temporary_problems_are_unavailable(name: str) -> None:
    error = driver_error(name, "no word of this matters")

    for each in (error, by_sqlalchemy(error)):
        wrapped = wrap(each)
        assert isinstance(wrapped, StorageUnavailable)
        assert str(wrapped) == "SQLite: no word of this matters", "without the statement"


@pytest.mark.parametrize("name", FAULTS)
def test_other_codes_are_errors_with_any_message(name: str) -> None:
    error = driver_error(name, MISLEADING)

    for each in (error, by_sqlalchemy(error)):
        wrapped = wrap(each)
        assert not isinstance(wrapped, StorageUnavailable)
        assert str(wrapped) == f"SQLite: {MISLEADING}"


@pytest.mark.parametrize("name", [*UNAVAILABLE, *FAULTS])
def test_only_busy_and_locked_are_retried(name: str) -> None:
    error = driver_error(name, MISLEADING)

    expected = name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    assert is_locked(error) is expected
    assert is_locked(by_sqlalchemy(error)) is expected


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.ProgrammingError(MISLEADING),
        InvalidRequestError(MISLEADING),
        DBAPIError("SELECT 1", {}, sqlite3.ProgrammingError(MISLEADING)),
        OverflowError(MISLEADING),
    ],
    ids=["driver", "SQLAlchemy", "wrapped driver", "value"],
)
def test_errors_without_a_code_are_not_unavailable(error: Exception) -> None:
    assert not isinstance(wrap(error), StorageUnavailable)
    assert not is_locked(error)


def test_storage_errors_are_raised_unchanged() -> None:
    error = StorageUnavailable("The database is closed.")
    with pytest.raises(StorageUnavailable) as raised, wrap_errors():
        raise error
    assert raised.value is error


def test_a_database_locked_by_another_connection(connection: Connection, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StorageUnavailable, match="locked"), wrap_errors():
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    other.close()


def test_a_full_database(connection: Connection) -> None:
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StorageUnavailable, match="full"), wrap_errors():
        connection.exec_driver_sql("CREATE TABLE more (id INTEGER)")


def test_a_database_that_may_not_be_written(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA query_only = ON")

    with pytest.raises(StorageUnavailable, match="readonly"), wrap_errors():
        connection.exec_driver_sql("INSERT INTO busy VALUES (1)")


def test_a_path_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="unable to open"), wrap_errors():
        make_engine(tmp_path).connect()


def test_a_violated_constraint_with_a_misleading_name(connection: Connection) -> None:
    connection.exec_driver_sql("INSERT INTO busy VALUES (1)")

    with pytest.raises(StorageError, match=r"UNIQUE constraint failed: busy\.locked") as raised, wrap_errors():
        connection.exec_driver_sql("INSERT INTO busy VALUES (1)")

    assert not isinstance(raised.value, StorageUnavailable)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "letter.sqlite3"
    file.write_text("Dear Ana, " * 500)

    with pytest.raises(StorageError, match="not a database") as raised, wrap_errors():
        make_engine(file).connect()

    assert not isinstance(raised.value, StorageUnavailable)


def test_a_damaged_file(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE letters (text TEXT)")
        database.executemany("INSERT INTO letters VALUES (?)", [("x" * 1000,)] * 100)
    database.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    engine = make_engine(path)

    with pytest.raises(StorageError, match="malformed") as raised, wrap_errors(), engine.connect() as connection:
        connection.exec_driver_sql("SELECT count(text) FROM letters")

    assert not isinstance(raised.value, StorageUnavailable)
    engine.dispose()
