"""A browser over https with cookies and the headers of a page, for an application in this process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any

import httpx
from fastapi import FastAPI

from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings
from tests.conftest import FakeClock
from tests.schema.graphql_client import PASSWORD

HERE = "https://sessionql.test"
PAGE = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
"""What a browser adds to what a page of this site sends."""
ACCESS = "__Host-sessionql_access"
REFRESH = "__Host-sessionql_refresh"
DEVICE = "__Host-sessionql_device"

TOKENS = "tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }"
ERRORS = "errors { ... on UserError { code message } }"
LOG_IN = f"mutation($input: LoginInput!) {{ login(input: $input) {{ session {{ id }} {TOKENS} {ERRORS} }} }}"
REGISTER = LOG_IN.replace("LoginInput", "RegisterInput").replace("login(", "register(")
REFRESH_BY_COOKIE = f"mutation {{ refresh(input: {{}}) {{ session {{ id }} {TOKENS} {ERRORS} }} }}"
LOG_OUT = "mutation { logout { session { id state } } }"
ME = "{ me { email } }"


class Browser:
    """A browser. `cookies` has the cookies of its session by name; scripts of a page could read none of them."""

    def __init__(self, app: FastAPI, http: httpx.AsyncClient) -> None:
        self.app = app
        self.http = http
        self.set: dict[str, Any] = {}

    @property
    def cookies(self) -> dict[str, str]:
        return {each.name: each.value or "" for each in self.http.cookies.jar if not each.name.endswith("_device")}

    @property
    def device(self) -> str | None:
        """The cookie of the device, which stays after a log-out."""
        return next((each.value for each in self.http.cookies.jar if each.name == DEVICE), None)

    async def send(self, query: str, *, headers: Mapping[str, str] = PAGE, **variables: Any) -> httpx.Response:
        """The response to an operation of a page. `set` has the session's cookies that it set."""
        body = {"query": query, "variables": variables}
        response = await self.http.post("/graphql", json=body, headers=dict(headers))
        self.set = {name: each for name, each in cookies_of(response).items() if not name.endswith("_device")}
        return response

    async def ask(self, query: str, *, headers: Mapping[str, str] = PAGE, **variables: Any) -> Any:
        """The JSON of the response to an operation."""
        return (await self.send(query, headers=headers, **variables)).json()

    async def get(self, query: str, *, headers: Mapping[str, str] = PAGE, **variables: Any) -> Any:
        """The data of an operation that must succeed."""
        answer = await self.ask(query, headers=headers, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def code(self, query: str, *, headers: Mapping[str, str] = PAGE) -> str:
        """The code of the only error of an operation that must fail."""
        (error,) = (await self.ask(query, headers=headers))["errors"]
        return str(error["extensions"]["code"])

    async def register(self, email: str = "ana@example.com", delivery: str = "COOKIE") -> Any:
        """Create an account, with the tokens in cookies."""
        return (await self.get(REGISTER, input=input_of(email, delivery)))["register"]

    async def log_in(self, email: str = "ana@example.com", delivery: str = "COOKIE") -> Any:
        """Log in, with the tokens in cookies."""
        return (await self.get(LOG_IN, input=input_of(email, delivery)))["login"]


def input_of(email: str = "ana@example.com", delivery: str = "COOKIE") -> dict[str, str]:
    return {"email": email, "password": PASSWORD, "delivery": delivery}


def cookies_of(response: httpx.Response) -> dict[str, Any]:
    """The cookies that a response sets, by name."""
    return {name: each for line in response.headers.get_list("set-cookie") for name, each in SimpleCookie(line).items()}


@asynccontextmanager
async def browser_of(app: FastAPI, url: str = HERE) -> AsyncIterator[Browser]:
    """A browser without cookies, for an application that has started."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=url) as http:
        yield Browser(app, http)


@asynccontextmanager
async def site(settings: Settings, clock: FakeClock, **changed: Any) -> AsyncIterator[Browser]:
    """A browser of a server with other settings."""
    app = create_app(settings.model_copy(update=changed), clock=clock)
    async with app.router.lifespan_context(app), browser_of(app) as browser:
        yield browser
