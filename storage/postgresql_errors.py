"""What PostgreSQL and its driver complain of, in the two words of this room."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from sessionql.storage.errors import StorageError, StorageUnavailable

TIMEOUT = 5.0
"""How long a connection, or one statement, may take, in seconds."""

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
    """Raise `StorageError` or `StorageUnavailable` for whatever the driver raises."""
    try:
        yield
    except StorageError:
        raise
    except asyncpg.InterfaceError as error:
        # The driver says so of values that no database can hold, too.
        kind = StorageError if isinstance(error, ValueError) else StorageUnavailable
        raise kind(f"PostgreSQL: {error}") from error
    except _UNAVAILABLE as error:
        raise StorageUnavailable(f"PostgreSQL: {str(error) or type(error).__name__}") from error
    except asyncpg.PostgresError as error:
        raise StorageError(f"PostgreSQL: {error}") from error
