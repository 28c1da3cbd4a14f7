"""PostgreSQL is unavailable when the server starts: the server reports it, and works as soon as it is available."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings
from sessionql.storage.migrate import upgrade
from tests.schema.graphql_client import GraphQLClient
from tests.support.engines import Engines, replace_database, run_sql

CLOSED = "postgresql://unknown@127.0.0.1:1/nothing"


@asynccontextmanager
async def application(url: str, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(data_dir=folder, database_url=url))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as client,
    ):
        yield client


async def assert_away(http: httpx.AsyncClient) -> None:
    health = await http.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (503, "unavailable")
    register = 'mutation { register(input: {email: "a@example.com", password: "correct horse"}) { session { id } } }'
    response = await GraphQLClient(http).send(register)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE"}
    assert not [word for word in ("127.0.0.1", "postgres", "unknown@", "refused") if word in response.text.lower()]


async def test_a_server_starts_without_its_database(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with application(CLOSED, tmp_path) as http:
        await assert_away(http)
        assert await GraphQLClient(http).get("{ __typename me { id } }") == {"__typename": "Query", "me": None}
        assert (await http.get("/.well-known/jwks.json")).status_code == 200
        a_key = {"Authorization": f"Bearer sqls_{'A' * 64}"}
        schema = await http.get("/schema.graphql", headers=a_key)
        assert (schema.status_code, schema.headers["retry-after"]) == (503, "1")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert any("Starting without the database" in record.getMessage() for record in caplog.records)


@pytest.fixture
def later(engines: Engines) -> Iterator[str]:
    """The name of a database that does not exist yet."""
    name = f"sessionql_test_later_{secrets.token_hex(4)}"
    yield name
    asyncio.run(run_sql(engines._server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def test_it_works_as_soon_as_the_database_is_available(
    engines: Engines, later: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = replace_database(engines._server, later)
    async with application(url, tmp_path) as http:
        await assert_away(http)
        await run_sql(engines._server, f'CREATE DATABASE "{later}"')
        caplog.clear()
        for _ in range(3):
            health = await http.get("/healthz")
            assert (health.status_code, health.json()) == (503, {"status": "unavailable"}), "strangers learn no reason"
        assert caplog.text.count("`sessionql migrate`") == 1, "the log has it, once"
        await upgrade(url)
        assert (await http.get("/healthz")).status_code == 200
        ana = await GraphQLClient(http).register("ana@example.com")
        assert (await ana.get("{ mySessions { id } }"))["mySessions"] == [{"id": ana.session_id}]


async def test_the_server_recovers_when_the_database_does(engines: Engines, later: str, tmp_path: Path) -> None:
    await run_sql(engines._server, f'CREATE DATABASE "{later}"')
    url = replace_database(engines._server, later)
    await upgrade(url)
    async with application(url, tmp_path) as http:
        ana = await GraphQLClient(http).register("ana@example.com")
        hidden = f"{later}_hidden"
        # A listener that reconnects in between would prevent the new name.
        close = f'ALTER DATABASE "{later}" ALLOW_CONNECTIONS false'
        disconnect = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{later}'"
        await run_sql(engines._server, close, disconnect, f'ALTER DATABASE "{later}" RENAME TO "{hidden}"')
        try:
            response = await ana.send("{ mySessions { id } }")
            assert response.status_code == 503
            assert response.json()["errors"][0]["extensions"] == {"code": "SERVICE_UNAVAILABLE"}
        finally:
            rename = f'ALTER DATABASE "{hidden}" RENAME TO "{later}"'
            await run_sql(engines._server, rename, f'ALTER DATABASE "{later}" ALLOW_CONNECTIONS true')
        assert (await ana.get("{ mySessions { id } }"))["mySessions"] == [{"id": ana.session_id}]
