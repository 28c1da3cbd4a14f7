"""Sends the access token with every request of an httpx client, and refreshes it once for all requests that need it.

`httpx.AsyncClient(auth=SessionAuth())`, whatever GraphQL client sends with it. Put `tokens` there after each log-in.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx

REFRESH = """
mutation Refresh($input: RefreshInput!) {
  refresh(input: $input) { tokens { accessToken refreshToken } errors { ... on UserError { code } } }
}
"""


@dataclass(frozen=True)
class Tokens:
    """What a log-in hands over. Secrets: keep them out of logs and URLs."""

    access_token: str
    refresh_token: str


class SessionAuth(httpx.Auth):
    """One session. `tokens` is None when nobody is signed in, or when the session has ended."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens = tokens
        self._refreshing = asyncio.Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send; when the token is refused, refresh it and send again."""
        sent = self._sign(request)
        answer = yield request
        if sent is None or not await _is_refused(answer):
            return
        async with self._refreshing:
            if self.tokens is sent:  # else another request has refreshed it while this one waited
                # Events of the account name the device by its User-Agent.
                device = {"User-Agent": request.headers.get("User-Agent", "")}
                answer = yield httpx.Request("POST", request.url, json=_refresh(sent), headers=device)
                self._take(sent, await _json(answer))
        self._sign(request)
        yield request

    def _sign(self, request: httpx.Request) -> Tokens | None:
        request.headers.pop("Authorization", None)
        if self.tokens:
            request.headers["Authorization"] = f"Bearer {self.tokens.access_token}"
        return self.tokens

    def _take(self, sent: Tokens, answer: dict[str, Any]) -> None:
        payload = (answer.get("data") or {}).get("refresh")
        if payload is None or self.tokens is not sent:
            return  # the server is not well, or somebody logged in meanwhile
        if payload["tokens"]:
            self.tokens = Tokens(payload["tokens"]["accessToken"], payload["tokens"]["refreshToken"])
        elif any(error["code"] == "REFRESH_TOKEN_INVALID" for error in payload["errors"]):
            self.tokens = None


def _refresh(tokens: Tokens) -> dict[str, object]:
    return {"query": REFRESH, "variables": {"input": {"refreshToken": tokens.refresh_token}}}


async def _is_refused(answer: httpx.Response) -> bool:
    errors = (await _json(answer)).get("errors") or []
    return any(error.get("extensions", {}).get("code") == "UNAUTHENTICATED" for error in errors)


async def _json(answer: httpx.Response) -> dict[str, Any]:
    await answer.aread()
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
