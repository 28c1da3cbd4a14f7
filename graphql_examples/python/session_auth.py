"""Authentication for httpx: sends the access token, and refreshes it once for all concurrent requests.

Use it as `httpx.AsyncClient(auth=SessionAuth())` with any GraphQL client. Set `tokens` after each log-in.
"""

import asyncio
import secrets
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
    """The tokens of a log-in. They are secrets: do not write them into logs or URLs."""

    access_token: str
    refresh_token: str


class SessionAuth(httpx.Auth):
    """The tokens of one session. `tokens` is None before a log-in and after the session has ended."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens = tokens
        self._refreshing = asyncio.Lock()
        self._retry_keys: dict[str, str] = {}

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request. If the server rejects the token, refresh it and send the request again."""
        sent = self._authorize(request)
        response = yield request
        if sent is None or not await _is_unauthenticated(response):
            return
        async with self._refreshing:
            if self.tokens is sent:  # otherwise another request has refreshed it meanwhile
                # The server stores the User-Agent with the session and its events.
                device = {"User-Agent": request.headers.get("User-Agent", "")}
                response = yield httpx.Request("POST", request.url, json=self._refresh(sent), headers=device)
                self._store(sent, await _json(response))
        self._authorize(request)
        yield request

    def _authorize(self, request: httpx.Request) -> Tokens | None:
        request.headers.pop("Authorization", None)
        if self.tokens:
            request.headers["Authorization"] = f"Bearer {self.tokens.access_token}"
        return self.tokens

    def _refresh(self, sent: Tokens) -> dict[str, object]:
        # The same key with each retry until a response arrives, so that a lost response is not taken for a theft.
        key = self._retry_keys.get(sent.refresh_token) or secrets.token_urlsafe(24)
        self._retry_keys = {sent.refresh_token: key}
        return {"query": REFRESH, "variables": {"input": {"refreshToken": sent.refresh_token, "retryKey": key}}}

    def _store(self, sent: Tokens, response: dict[str, Any]) -> None:
        payload = (response.get("data") or {}).get("refresh")
        if payload is None or self.tokens is not sent:
            return  # the server failed, or `tokens` was replaced by a log-in
        if payload["tokens"]:
            self.tokens = Tokens(payload["tokens"]["accessToken"], payload["tokens"]["refreshToken"])
        elif any(error["code"] == "REFRESH_TOKEN_INVALID" for error in payload["errors"]):
            self.tokens = None


async def _is_unauthenticated(response: httpx.Response) -> bool:
    errors = (await _json(response)).get("errors") or []
    return any(error.get("extensions", {}).get("code") == "UNAUTHENTICATED" for error in errors)


async def _json(response: httpx.Response) -> dict[str, Any]:
    await response.aread()
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
