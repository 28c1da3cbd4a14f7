"""Errors of PostgreSQL and asyncpg as errors of storage, decided by class (that is, by SQLSTATE)."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from sessionql.storage.errors import StorageError, StorageUnavailable

TIMEOUT = 5.0
"""Maximum time to connect, and maximum time of one statement, in seconds."""

_UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
)


@contextmanager
def wrap_errors() -> Iterator[None]:
    """Raise `StorageUnavailable` or `StorageError` instead of errors of the driver."""
    try:
        yield
    except StorageError:
        raise
    except asyncpg.InterfaceError as error:
        # asyncpg raises a subclass that is also a ValueError for values that PostgreSQL cannot store.
        kind = StorageError if isinstance(error, ValueError) else StorageUnavailable
        raise kind(f"PostgreSQL: {error}") from error
    except _UNAVAILABLE as error:
        raise StorageUnavailable(f"PostgreSQL: {str(error) or type(error).__name__}") from error
    except asyncpg.PostgresError as error:
        raise StorageError(f"PostgreSQL: {error}") from error


@contextmanager
def unwrap_sqlalchemy() -> Iterator[None]:
    """Raise the error of asyncpg instead of SQLAlchemy's. For migrations: other statements are run by asyncpg."""
    try:
        yield
    except DBAPIError as error:
        # SQLAlchemy translates the errors of asyncpg to errors of its DB API adapter, and these to its own.
        cause = error.orig.__cause__ if error.orig is not None else None
        raise cause or StorageError(f"PostgreSQL: {error.orig}") from error
    except SQLAlchemyError as error:
        raise StorageError(f"PostgreSQL: {error}") from error
