"""docs/tutorial.md shows the responses that a server returns to its steps, except for ids, times and tokens."""

import json
from typing import Any

import httpx

from tests.docs.blocks import ROOT, blocks_of

FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
VARYING = {"id", "accessToken", "refreshToken", "accessTokenExpiresAt", "refreshTokenExpiresAt", "email"}
VARYING |= {"lastLogin", "lastActive", "createdAt", "expiresAt", "revokedAt"}


def test_a_server_returns_the_responses_of_the_tutorial(server_url: str, ana: str) -> None:
    account = {"email": ana, "password": "correct horse battery"}
    register = send(server_url, FIREFOX, "01_register", input=account | {"sessionName": "My laptop"})
    laptop = register["data"]["register"]["tokens"]["accessToken"]
    log_in = send(server_url, IPHONE, "02_log_in", input=account)
    phone = log_in["data"]["login"]
    sessions = send(server_url, FIREFOX, "03_my_sessions", laptop)
    revoked = send(server_url, FIREFOX, "04_revoke_session", laptop, sessionId=phone["session"]["id"])
    rejected = send(server_url, IPHONE, "03_my_sessions", phone["tokens"]["accessToken"])
    responses = [*(response["data"] for response in (register, log_in, sessions, revoked)), rejected]
    shown = [json.loads(block.text) for block in blocks_of(ROOT / "docs/tutorial.md") if block.language == "json"]
    assert [shorten(response, page) for response, page in zip(responses, shown, strict=True)] == [
        shorten(page, page) for page in shown
    ]


def send(url: str, user_agent: str, example: str, token: str | None = None, **variables: Any) -> Any:
    """Send an operation of `graphql_examples` as a device."""
    query = (ROOT / "graphql_examples" / f"{example}.graphql").read_text(encoding="utf-8")
    headers = {"User-Agent": user_agent} | ({"Authorization": f"Bearer {token}"} if token else {})
    return httpx.post(f"{url}/graphql", json={"query": query, "variables": variables}, headers=headers).json()


def shorten(value: Any, page: Any) -> Any:
    """Reduce a response to the fields that the page shows, with `…` for values that differ in each run."""
    if isinstance(page, dict):
        return {
            name: ("…" if name in VARYING and value.get(name) else shorten(value.get(name), part))
            for name, part in page.items()
            if name != "…"
        }
    if isinstance(page, list) and isinstance(value, list) and len(value) == len(page):
        return [shorten(*pair) for pair in zip(value, page, strict=True)]
    return value
