"""Tabs of one browser that refresh concurrently stay signed in and share one lineage."""

import asyncio
from typing import Any

import httpx

from tests.support.constants import FIREFOX
from tests.support.documents import REFRESH
from tests.support.server import Server

MY_SESSIONS = "{ mySessions { id } }"
TABS = 50


def test_fifty_tabs_refresh_one_token_and_share_one_token_family(standing: Server, ana: str) -> None:
    browser = standing.device(FIREFOX).register(ana)

    payloads = asyncio.run(_refresh_at_once(standing.url, browser.refresh_token))

    assert [payload["errors"] for payload in payloads] == [[]] * TABS, "every tab goes on"
    successors = {payload["tokens"]["refreshToken"] for payload in payloads}
    assert len(successors) == 1, "all concurrent refreshes returned one successor"
    for payload in payloads:
        browser.access_token = payload["tokens"]["accessToken"]
        assert len(browser.get(MY_SESSIONS)["mySessions"]) == 1, "every access token works"

    browser.refresh_token = successors.pop()
    assert browser.refresh()["errors"] == [], "the token family continues from the one successor"


def test_a_refresh_token_used_after_its_successor_ends_the_session(standing: Server, ana: str) -> None:
    browser = standing.device(FIREFOX).register(ana)
    stolen = browser.refresh_token
    browser.refresh()
    browser.refresh()

    thief = standing.device("curl/8.5.0")
    thief.refresh_token = stolen
    payload = thief.refresh()

    assert payload["errors"][0]["code"] == "REFRESH_TOKEN_INVALID"
    assert browser.code(MY_SESSIONS) == "UNAUTHENTICATED", "thief and owner look the same: both are signed out"
    assert browser.refresh()["errors"][0]["code"] == "REFRESH_TOKEN_INVALID"


async def _refresh_at_once(url: str, token: str | None) -> list[Any]:
    limits = httpx.Limits(max_connections=TABS)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=20) as client:
        body = {"query": REFRESH, "variables": {"input": {"refreshToken": token}}}
        answers = await asyncio.gather(*(client.post("/graphql", json=body) for _ in range(TABS)))
    return [answer.json()["data"]["refresh"] for answer in answers]
