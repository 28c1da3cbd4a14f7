"""A GraphQL client of the application in this process, and a recorder of the SQL statements that it runs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

from tests.support.client import GraphQLClient
from tests.support.constants import FIREFOX, IPHONE, PASSWORD

ERRORS = "errors { __typename ... on UserError { message code path } }"

__all__ = ["ERRORS", "FIREFOX", "IPHONE", "PASSWORD", "GraphQLClient", "recorded_statements"]


class _RecordingTransaction:
    """A transaction that records each statement before it runs it."""

    def __init__(self, tx: Any, statements: list[str]) -> None:
        self._tx = tx
        self._statements = statements

    @property
    def notifications(self) -> Any:
        return self._tx.notifications

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._tx, name)

        async def recorded(statement: Any, parameters: Any) -> Any:
            self._statements.append(" ".join(str(statement).split()))
            return await method(statement, parameters)

        return recorded


@contextmanager
def recorded_statements(database: Any) -> Iterator[list[str]]:
    """Record the SQL statements that the database runs in the `with` block."""
    statements: list[str] = []

    def recording(begin: Callable[[], AbstractAsyncContextManager[Any]]) -> Callable[[], Any]:
        @asynccontextmanager
        async def begun() -> AsyncIterator[_RecordingTransaction]:
            async with begin() as tx:
                yield _RecordingTransaction(tx, statements)

        return begun

    for name in ("reading", "transaction"):
        setattr(database, name, recording(getattr(database, name)))
    try:
        yield statements
    finally:
        del database.reading, database.transaction
