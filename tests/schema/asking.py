"""A GraphQL client of the application in this process, and a spy on the statements it runs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Self

import httpx

from tests.support.constants import FIREFOX, IPHONE
from tests.support.documents import LOG_IN, REGISTER

PASSWORD = "correct horse battery"
ERRORS = "errors { __typename ... on UserError { message code path } }"

__all__ = ["ERRORS", "FIREFOX", "IPHONE", "PASSWORD", "Caller", "counted"]


class Caller:
    """A browser that keeps the tokens it was given. `token` may be set to any other."""

    def __init__(self, http: httpx.AsyncClient, user_agent: str | bytes = FIREFOX) -> None:
        self._http = http
        self._user_agent = user_agent
        self.token: str | None = None
        self.refresh_token = ""
        self.session_id = ""

    async def send(self, query: str, **variables: Any) -> httpx.Response:
        """The response to an operation."""
        headers: list[tuple[str, str | bytes]] = [("User-Agent", self._user_agent)]
        if self.token is not None:
            headers.append(("Authorization", f"Bearer {self.token}"))
        body = {"query": query, "variables": variables}
        # httpx takes bytes as they are; its types do not say so for a list of both.
        return await self._http.post("/graphql", json=body, headers=headers)  # type: ignore[arg-type]

    async def ask(self, query: str, **variables: Any) -> Any:
        """The whole answer to an operation, which is never a server error."""
        response = await self.send(query, **variables)
        assert response.status_code < 500, response.text
        return response.json()

    async def get(self, query: str, **variables: Any) -> Any:
        """The data of an operation that must not fail."""
        answer = await self.ask(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def error(self, query: str, **variables: Any) -> Any:
        """The one error of an operation that must fail."""
        (error,) = (await self.ask(query, **variables))["errors"]
        return error

    async def code(self, query: str, **variables: Any) -> str:
        """The code of the one error of an operation that must fail."""
        return str((await self.error(query, **variables))["extensions"]["code"])

    async def register(self, email: str, **more: Any) -> Self:
        """Make an account on this browser."""
        return await self._sign_in(REGISTER, "register", email, more)

    async def log_in(self, email: str, **more: Any) -> Self:
        """Log in on this browser."""
        return await self._sign_in(LOG_IN, "login", email, more)

    async def _sign_in(self, query: str, field: str, email: str, more: dict[str, Any]) -> Self:
        payload = (await self.get(query, input={"email": email, "password": PASSWORD, **more}))[field]
        assert payload["errors"] == [], payload
        self.session_id = payload["session"]["id"]
        self.token, self.refresh_token = payload["tokens"]["accessToken"], payload["tokens"]["refreshToken"]
        return self


class _Spy:
    """A transaction that writes down each statement before it runs it."""

    def __init__(self, tx: Any, asked: list[str]) -> None:
        self._tx = tx
        self._asked = asked

    @property
    def notifications(self) -> Any:
        return self._tx.notifications

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._tx, name)

        async def spied(statement: Any, parameters: Any) -> Any:
            self._asked.append(" ".join(str(statement).split()))
            return await method(statement, parameters)

        return spied


@contextmanager
def counted(database: Any) -> Iterator[list[str]]:
    """The statements that the database is asked while the block runs."""
    asked: list[str] = []

    def spy_on(opening: Callable[[], AbstractAsyncContextManager[Any]]) -> Callable[[], Any]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[_Spy]:
            async with opening() as tx:
                yield _Spy(tx, asked)

        return opened

    for name in ("reading", "transaction"):
        setattr(database, name, spy_on(getattr(database, name)))
    try:
        yield asked
    finally:
        del database.reading, database.transaction
