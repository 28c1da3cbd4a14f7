"""GraphQL clients that keep their tokens: `GraphQLClient` (async, for ASGI and HTTP) and `Device` (blocking, HTTP)."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx
from starlette.types import ASGIApp

from tests.support.constants import FIREFOX, PASSWORD
from tests.support.documents import LOG_IN, REFRESH, REGISTER

BASE_URL = "http://sessionql.test"
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For `verify` of clients that never use TLS: the default loads every certificate of the machine for each client."""


class _TokenHolder:
    """The tokens of one session, and the requests and responses that concern them."""

    def __init__(self) -> None:
        self.token: str | None = None
        self.refresh_token = ""
        self.session_id = ""

    def _body(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        return {"query": query, "variables": variables}

    def _authorization(self) -> dict[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

    def _keep_session(self, payload: Any) -> Self:
        assert payload["errors"] == [], payload
        self.session_id = payload["session"]["id"]
        self._keep_tokens(payload["tokens"])
        return self

    def _keep_tokens(self, tokens: dict[str, str]) -> None:
        self.token, self.refresh_token = tokens["accessToken"], tokens["refreshToken"]


def _data(answer: Any) -> Any:
    assert "errors" not in answer, answer
    return answer["data"]


def _error(answer: Any) -> Any:
    (error,) = answer["errors"]
    return error


class GraphQLClient(_TokenHolder):
    """An async client. `token` may be set to any other; `http` decides the transport (`asgi_client`, `http_client`)."""

    def __init__(self, http: httpx.AsyncClient, user_agent: str | bytes = FIREFOX) -> None:
        super().__init__()
        self.http = http
        self._user_agent = user_agent

    async def send(self, query: str, **variables: Any) -> httpx.Response:
        """Send an operation; returns the HTTP response."""
        headers: list[tuple[str, str | bytes]] = [("User-Agent", self._user_agent), *self._authorization().items()]
        # httpx accepts bytes in a list of headers; its types do not.
        return await self.http.post("/graphql", json=self._body(query, variables), headers=headers)  # type: ignore[arg-type]

    async def ask(self, query: str, **variables: Any) -> Any:
        """Send an operation; returns the JSON of the response, which is never a server error."""
        response = await self.send(query, **variables)
        assert response.status_code < 500, response.text
        return response.json()

    async def get(self, query: str, **variables: Any) -> Any:
        """Return the data of an operation that must succeed."""
        return _data(await self.ask(query, **variables))

    async def error(self, query: str, **variables: Any) -> Any:
        """Return the only error of an operation that must fail."""
        return _error(await self.ask(query, **variables))

    async def code(self, query: str, **variables: Any) -> str:
        """Return the code of the only error of an operation that must fail."""
        return str((await self.error(query, **variables))["extensions"]["code"])

    async def register(self, email: str, **more: Any) -> Self:
        """Create an account and keep the tokens. `more` joins the input."""
        payload = await self.get(REGISTER, input={"email": email, "password": PASSWORD, **more})
        return self._keep_session(payload["register"])

    async def log_in(self, email: str, **more: Any) -> Self:
        """Log in and keep the tokens. `more` joins the input."""
        payload = await self.get(LOG_IN, input={"email": email, "password": PASSWORD, **more})
        return self._keep_session(payload["login"])


class Device(_TokenHolder):
    """A blocking client of a server in another process, with the address of the server as its origin."""

    def __init__(self, url: str, user_agent: str = FIREFOX, **headers: str) -> None:
        super().__init__()
        self.url = url
        headers = {"User-Agent": user_agent, "Origin": url, **headers}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=20, verify=NO_CERTIFICATES)

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def ask(self, query: str, **variables: Any) -> Any:
        """Send an operation; returns the JSON of the response: `data`, `errors` or both."""
        body = self._body(query, variables)
        return self._http.post("/graphql", json=body, headers=self._authorization()).json()

    def get(self, query: str, **variables: Any) -> Any:
        """Return the data of an operation that must succeed."""
        return _data(self.ask(query, **variables))

    def code(self, query: str, **variables: Any) -> str:
        """Return the code of the first error of an operation that must fail."""
        return str(self.ask(query, **variables)["errors"][0]["extensions"]["code"])

    def register(self, email: str, password: str = PASSWORD) -> Self:
        """Create an account and keep the tokens."""
        return self._keep_session(self.get(REGISTER, input={"email": email, "password": password})["register"])

    def log_in(self, email: str, password: str = PASSWORD) -> Self:
        """Log in and keep the tokens."""
        return self._keep_session(self.get(LOG_IN, input={"email": email, "password": password})["login"])

    def refresh(self) -> Any:
        """Exchange the refresh token and keep the new tokens; returns the payload, which may have errors."""
        payload = self.get(REFRESH, input={"refreshToken": self.refresh_token})["refresh"]
        if not payload["errors"]:
            self._keep_tokens(payload["tokens"])
        return payload

    @property
    def access_token(self) -> str | None:
        """Another name of `token`."""
        return self.token

    @access_token.setter
    def access_token(self, token: str | None) -> None:
        self.token = token


@asynccontextmanager
async def asgi_client(app: ASGIApp, base_url: str = BASE_URL) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of an application in this process; unhandled exceptions become responses with status 500."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as http:
        yield http


@asynccontextmanager
async def http_client(
    url: str, max_connections: int = 100, timeout_seconds: float = 30
) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of a server in another process that opens a connection for each request."""
    limits = httpx.Limits(max_connections=max_connections, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=timeout_seconds, verify=NO_CERTIFICATES) as http:
        yield http
