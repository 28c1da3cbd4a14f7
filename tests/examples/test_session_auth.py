"""The token handling of the Python example, against a fake server."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from session_auth import SessionAuth, Tokens

from sessionql.resolvers.values.retry_keys import PATTERN

UNAUTHENTICATED: object = {"errors": [{"message": "", "extensions": {"code": "UNAUTHENTICATED"}}], "data": None}
SESSIONS: object = {"data": {"mySessions": []}}
LAPTOP = {"User-Agent": "My laptop"}
OLD, NEW = Tokens("old access", "old refresh"), Tokens("new access", "new refresh")
REFRESHED = {"data": {"refresh": {"tokens": {"accessToken": NEW.access_token, "refreshToken": NEW.refresh_token}}}}


def failed(code: str) -> object:
    """Return the payload of a refresh that fails."""
    return {"data": {"refresh": {"tokens": None, "errors": [{"code": code}]}}}


class FakeServer:
    """Accepts only the new access token; counts requests."""

    def __init__(self, refreshed: object = REFRESHED) -> None:
        self.refreshed = refreshed
        self.authorizations: list[str] = []
        self.devices: list[str] = []
        self.retry_keys: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        if "refreshToken" in json.loads(request.content)["variables"].get("input", {}):
            self.authorizations.append("refresh")
            self.devices.append(request.headers["User-Agent"])
            self.retry_keys.append(json.loads(request.content)["variables"]["input"]["retryKey"])
            self.meanwhile()
            return httpx.Response(200, json=self.refreshed)
        self.authorizations.append(request.headers.get("Authorization", "unauthenticated"))
        known = self.authorizations[-1] == f"Bearer {NEW.access_token}"
        return httpx.Response(200, json=SESSIONS if known else UNAUTHENTICATED)


async def ask(server: FakeServer, auth: SessionAuth, times: int = 1) -> list[object]:
    """Return the responses to concurrent requests."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(server), auth=auth, headers=LAPTOP) as http:
        body = {"query": "{ mySessions { id } }", "variables": {}}
        sent = [http.post("https://sessionql.test/graphql", json=body) for _ in range(times)]
        return [answer.json() for answer in await asyncio.gather(*sent)]


async def test_concurrent_rejected_requests_share_one_refresh() -> None:
    server, auth = FakeServer(), SessionAuth(OLD)
    assert await ask(server, auth, times=5) == [SESSIONS] * 5
    assert server.authorizations.count("refresh") == 1
    assert server.devices == ["My laptop"]
    assert auth.tokens == NEW


async def test_a_valid_token_is_never_refreshed() -> None:
    server = FakeServer()
    assert await ask(server, SessionAuth(NEW), times=3) == [SESSIONS] * 3
    assert "refresh" not in server.authorizations


async def test_without_tokens_nothing_is_refreshed() -> None:
    server = FakeServer()
    assert await ask(server, SessionAuth()) == [UNAUTHENTICATED]
    assert server.authorizations == ["unauthenticated"]


async def test_after_the_end_of_the_session_no_token_is_sent() -> None:
    server, auth = FakeServer(failed("REFRESH_TOKEN_INVALID")), SessionAuth(OLD)
    assert await ask(server, auth, times=3) == [UNAUTHENTICATED] * 3
    assert server.authorizations.count("refresh") == 1
    assert auth.tokens is None


@pytest.mark.parametrize("refreshed", [failed("RATE_LIMITED"), {"errors": [], "data": None}, ["?"], "?"])
async def test_a_temporary_failure_of_a_refresh_keeps_the_tokens(refreshed: object) -> None:
    server, auth = FakeServer(refreshed), SessionAuth(OLD)
    assert await ask(server, auth) == [UNAUTHENTICATED]
    assert auth.tokens == OLD


async def test_a_log_in_during_a_refresh_keeps_the_new_session() -> None:
    server, auth = FakeServer(failed("REFRESH_TOKEN_INVALID")), SessionAuth(OLD)
    server.meanwhile = lambda: setattr(auth, "tokens", NEW)
    assert await ask(server, auth) == [SESSIONS]
    assert auth.tokens == NEW


async def test_a_response_without_json_is_returned_unchanged() -> None:
    async with httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(502, text="<h1>Bad gateway</h1>")), auth=SessionAuth(OLD)
    ) as http:
        answer = await http.post("https://sessionql.test/graphql", json={"query": "{ me { id } }"})
    assert (answer.status_code, answer.text) == (502, "<h1>Bad gateway</h1>")


async def test_a_refresh_is_retried_with_its_key_until_a_response_arrives() -> None:
    server, auth = FakeServer(), SessionAuth(OLD)

    def lose_the_response() -> None:
        raise httpx.ReadError("")

    server.meanwhile = lose_the_response
    for _ in range(2):
        with pytest.raises(httpx.ReadError):
            await ask(server, auth)
    server.meanwhile = lambda: None
    assert await ask(server, auth) == [SESSIONS]
    auth.tokens = replace(NEW, access_token="expired")
    await ask(server, auth)

    assert len(server.retry_keys) == 4
    lost, *again, later = server.retry_keys
    assert again == [lost, lost]
    assert later != lost
    assert all(re.fullmatch(PATTERN, key) for key in server.retry_keys)


async def test_a_key_belongs_to_one_refresh_token() -> None:
    server, auth = FakeServer(failed("RATE_LIMITED")), SessionAuth(OLD)
    await ask(server, auth)
    await ask(server, auth)
    auth.tokens = Tokens("older access", "refresh token of another log-in")
    await ask(server, auth)

    assert server.retry_keys[0] == server.retry_keys[1] != server.retry_keys[2]
