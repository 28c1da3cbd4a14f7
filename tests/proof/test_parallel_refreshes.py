"""Several worker processes, and many refreshes at once over HTTP: no fork, no lost client, nobody signed out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest

from tests.engines import Engines
from tests.proof.rounds import LONG, rounds
from tests.server import FIREFOX, REFRESH, Device, Server

AT_ONCE = 50
TABS = 4
POOL = 3
SPREAD = 0.03

EVERY_SESSION = "{ me { sessions(filter: { states: [ACTIVE, EXPIRED, REVOKED] }) { nodes { id state } } } }"


@pytest.fixture(scope="module")
def database(engines: Engines) -> str:
    return engines.postgresql()


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Several worker processes on PostgreSQL: four, where there is time to start them."""
    settings = {"WORKERS": "4" if LONG else "2", "DATABASE_POOL_SIZE": str(POOL)}
    with Server(database, tmp_path_factory.mktemp("proof"), **settings) as running:
        yield running


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Many browsers' connections; each is accepted by whichever worker is quickest."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=30) as client:
        yield client


async def refresh(http: httpx.AsyncClient, token: str) -> dict[str, str]:
    """The tokens that a refresh gives; it must give some."""
    answer = await http.post("/graphql", json={"query": REFRESH, "variables": {"input": {"refreshToken": token}}})
    payload: Any = answer.json()["data"]["refresh"]
    assert payload["errors"] == [], "a client that did nothing wrong was refused"
    tokens: dict[str, str] = payload["tokens"]
    return tokens


async def assert_one_session(http: httpx.AsyncClient, device: Device, access_token: str) -> None:
    """The access token works, and there is one session, as there always was."""
    headers = {"Authorization": f"Bearer {access_token}"}
    answer = await http.post("/graphql", json={"query": EVERY_SESSION}, headers=headers)
    nodes = answer.json()["data"]["me"]["sessions"]["nodes"]
    assert nodes == [{"id": device.session_id, "state": "ACTIVE"}]


async def test_fifty_refreshes_at_once_are_one_lineage_round_after_round(
    server: Server, http: httpx.AsyncClient, database: str
) -> None:
    """Refresh tokens spent twice (Keycloak CVE-2026-1035), families forked (better-auth GHSA-392p-2q2v-4372)."""
    browser = server.device(FIREFOX).register("ana@example.com")
    token = str(browser.refresh_token)
    for _ in range(rounds(10)):
        got = await asyncio.gather(*(refresh(http, token) for _ in range(AT_ONCE)))

        successors = {tokens["refreshToken"] for tokens in got}
        assert len(successors) == 1, "one token was replaced by one token, whoever asked"
        assert len({tokens["accessToken"] for tokens in got}) == AT_ONCE
        assert token not in successors
        token = successors.pop()
        await assert_one_session(http, browser, got[0]["accessToken"])
        await assert_one_session(http, browser, got[-1]["accessToken"])
    assert await connections(database) > POOL, "it was more than one worker"


async def test_four_tabs_of_an_honest_client_are_never_signed_out(server: Server, http: httpx.AsyncClient) -> None:
    """They share what they store. One of them sleeps each time: it sends last what it had read first."""
    browser = server.device(FIREFOX).register("tabs@example.com")
    stored = {"accessToken": str(browser.access_token), "refreshToken": str(browser.refresh_token)}
    chance = Random("tabs")

    async def tab(old: str) -> None:
        await asyncio.sleep(chance.random() * SPREAD)
        if stored["refreshToken"] == old:
            stored.update(await refresh(http, old))
        await assert_one_session(http, browser, stored["accessToken"])

    for _ in range(rounds(15)):
        old = stored["refreshToken"]
        await asyncio.gather(*(tab(old) for _ in range(TABS - 1)))
        current = stored["refreshToken"]
        stored.update(await refresh(http, old))
        assert stored["refreshToken"] == current, "the one that slept is in the same lineage"
        await assert_one_session(http, browser, stored["accessToken"])


async def connections(database: str) -> int:
    """How many connections the server has to its database."""
    mine = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sessionql'"
    connection = await asyncpg.connect(database)
    try:
        return int(await connection.fetchval(mine))
    finally:
        await connection.close()
