"""Sends one request to the application in this process, without a network."""

import json
from typing import Any

from starlette.types import Message

USER_AGENT = b"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


async def ask(app: Any, query: str, variables: dict[str, Any] | None = None, token: str = "") -> Any:
    """The response to a GraphQL document, as JSON."""
    return await send(app, json.dumps({"query": query, "variables": variables}).encode(), token)


async def send(app: Any, body: bytes, token: str = "") -> Any:
    """The response to one request with this body, as JSON."""
    return json.loads(await send_raw(app, body, token))


async def send_raw(app: Any, body: bytes, token: str = "") -> bytes:
    """The body of the response to one request with this body."""
    headers = [(b"content-type", b"application/json"), (b"user-agent", USER_AGENT)]
    if token:
        headers.append((b"authorization", b"Bearer " + token.encode()))
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def collect(message: Message) -> None:
        parts.append(message.get("body", b""))

    await app(scope, receive, collect)
    return b"".join(parts)
