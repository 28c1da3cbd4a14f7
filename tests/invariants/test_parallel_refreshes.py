"""Many concurrent refreshes over HTTP on several worker processes: one lineage, and no client is signed out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest

from tests.invariants.rounds import LONG, rounds
from tests.support.client import Device, http_client
from tests.support.constants import FIREFOX
from tests.support.documents import REFRESH
from tests.support.engines import Engines
from tests.support.server import InstalledServer, Server

MAX_CONCURRENT = 50
TABS = 4
POOL = 3
SPREAD = 0.03

EVERY_SESSION = "{ me { sessions(filter: { states: [ACTIVE, EXPIRED, REVOKED] }) { nodes { id state } } } }"


@pytest.fixture(scope="module")
def database(engines: Engines) -> str:
    return engines.postgresql()


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two worker processes on PostgreSQL; four in `make proof`."""
    settings = {"WORKERS": "4" if LONG else "2", "DATABASE_POOL_SIZE": str(POOL)}
    with InstalledServer(database, tmp_path_factory.mktemp("proof"), **settings) as running:
        yield running


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client that opens a connection for each request, so that different workers accept them."""
    async with http_client(server.url, MAX_CONCURRENT) as client:
        yield client


async def refresh(http: httpx.AsyncClient, token: str) -> dict[str, str]:
    """Refresh, which must succeed; returns the tokens."""
    answer = await http.post("/graphql", json={"query": REFRESH, "variables": {"input": {"refreshToken": token}}})
    payload: Any = answer.json()["data"]["refresh"]
    assert payload["errors"] == [], "a valid refresh was rejected"
    tokens: dict[str, str] = payload["tokens"]
    return tokens


async def assert_one_session(http: httpx.AsyncClient, device: Device, access_token: str) -> None:
    """Assert that the access token is accepted and that the user has one session."""
    headers = {"Authorization": f"Bearer {access_token}"}
    answer = await http.post("/graphql", json={"query": EVERY_SESSION}, headers=headers)
    nodes = answer.json()["data"]["me"]["sessions"]["nodes"]
    assert nodes == [{"id": device.session_id, "state": "ACTIVE"}]


async def test_fifty_concurrent_refreshes_share_one_lineage(
    server: Server, http: httpx.AsyncClient, database: str
) -> None:
    """Refresh tokens were spent twice (Keycloak CVE-2026-1035), families forked (better-auth GHSA-392p-2q2v-4372)."""
    browser = server.device(FIREFOX).register("ana@example.com")
    token = str(browser.refresh_token)
    for _ in range(rounds(10)):
        got = await asyncio.gather(*(refresh(http, token) for _ in range(MAX_CONCURRENT)))

        successors = {tokens["refreshToken"] for tokens in got}
        assert len(successors) == 1, "one token has one successor"
        assert len({tokens["accessToken"] for tokens in got}) == MAX_CONCURRENT
        assert token not in successors
        token = successors.pop()
        await assert_one_session(http, browser, got[0]["accessToken"])
        await assert_one_session(http, browser, got[-1]["accessToken"])
    assert await connections(database) > POOL, "more than one worker served"


async def test_four_tabs_that_share_tokens_are_never_signed_out(server: Server, http: httpx.AsyncClient) -> None:
    """Tabs share stored tokens. One tab each time sends last the token that it read first."""
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
        assert stored["refreshToken"] == current, "the late tab is in the same lineage"
        await assert_one_session(http, browser, stored["accessToken"])


async def connections(database: str) -> int:
    """Return the number of database connections of the server."""
    mine = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sessionql'"
    connection = await asyncpg.connect(database)
    try:
        return int(await connection.fetchval(mine))
    finally:
        await connection.close()
