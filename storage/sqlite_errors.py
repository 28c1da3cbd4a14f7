"""Errors of SQLite as errors of storage: the one place that decides between the two kinds.

It decides by SQLite's result code (https://www.sqlite.org/rescode.html), never by the text of a message: texts may
change between versions, and the text of a SQLAlchemy error also contains the statement and names of columns, so that a
column called `locked` would count as a locked database. Python sets the code as `sqlite_errorcode` since 3.11 (see
https://docs.python.org/3/library/sqlite3.html#sqlite3.Error.sqlite_errorcode); SQLAlchemy keeps the driver's exception
in `orig`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from sessionql.storage.errors import StorageError, StorageUnavailable

_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UNAVAILABLE = _LOCKED | {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
}


def is_locked(error: BaseException) -> bool:
    """Whether another connection holds a lock that the statement needs."""
    return _primary_code(_driver_error(error)) in _LOCKED


@contextmanager
def wrap_errors() -> Iterator[None]:
    """Raise `StorageUnavailable` or `StorageError` instead of errors of SQLAlchemy and the driver."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        driver_error = _driver_error(error)
        kind = StorageUnavailable if _primary_code(driver_error) in _UNAVAILABLE else StorageError
        raise kind(f"SQLite: {driver_error}") from error
    except (OverflowError, UnicodeEncodeError) as error:
        # Raised by the driver for values that SQLite cannot store: integers over 64 bits, lone surrogates.
        raise StorageError(f"SQLite: {error}") from error


def _driver_error(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _primary_code(error: BaseException) -> int | None:
    """The result code without the details of extended codes; None when SQLite itself did not raise the error."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
