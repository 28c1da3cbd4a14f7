"""Another program locks the SQLite file: the server reports it, continues to read, and recovers afterwards."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings
from tests.schema.graphql_client import GraphQLClient
from tests.support.engines import Engines

LOG_IN = 'mutation { login(input: {email: "ana@example.com", password: "correct horse battery"}) { session { id } } }'
MINE = "{ mySessions { id } }"


@pytest.fixture
async def http(engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application with a short lock timeout."""
    monkeypatch.setattr("sessionql.storage.sqlite.LOCK_TIMEOUT", 0.1)
    app = create_app(Settings(data_dir=tmp_path, database_url=engines.sqlite(tmp_path)))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as client,
    ):
        yield client


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    other = sqlite3.connect(folder / "sessionql.sqlite3", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


async def test_a_locked_database_is_unavailable_and_recovers(
    http: httpx.AsyncClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ana = await GraphQLClient(http).register("ana@example.com")
    with locked(tmp_path):
        response = await GraphQLClient(http).send(LOG_IN)
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) >= 1
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE"}
        assert "Try again" in error["message"]
        assert "lock" not in error["message"], "the state of the database is not sent to clients"
        assert len((await ana.get(MINE))["mySessions"]) == 1, "reading goes on"
        assert (await http.get("/healthz")).status_code == 200
    assert (await GraphQLClient(http).send(LOG_IN)).status_code == 200
    assert len((await ana.get(MINE))["mySessions"]) == 2
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_short_lock_is_waited_for(
    http: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await GraphQLClient(http).register("ana@example.com")
    monkeypatch.setattr("sessionql.storage.sqlite.LOCK_TIMEOUT", 5)
    with locked(tmp_path):
        waiting = asyncio.create_task(GraphQLClient(http).send(LOG_IN))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        assert (await http.get("/.well-known/jwks.json")).status_code == 200, "others are not kept waiting"
    assert (await waiting).status_code == 200


async def test_all_requests_during_the_lock_fail_and_none_hangs(http: httpx.AsyncClient, tmp_path: Path) -> None:
    await GraphQLClient(http).register("ana@example.com")
    with locked(tmp_path):
        answers = await asyncio.gather(*(GraphQLClient(http).send(LOG_IN) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [503] * 5
    assert (await GraphQLClient(http).send(LOG_IN)).status_code == 200
