"""The routes besides GraphQL: health, public keys, and unknown paths."""

import logging
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings
from tests.conftest import developing
from tests.schema.graphql_client import GraphQLClient
from tests.support.constants import FIREFOX

pytestmark = pytest.mark.usefixtures("cheap_hashing")

SECRET = "v7QmX2rKd0pWzL5tYc9HbNf3sGjAe8Uu"


async def test_the_health_check_of_a_healthy_server_contains_no_more_than_that(http: httpx.AsyncClient) -> None:
    response = await http.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response.headers["cache-control"] == "no-store"


async def test_only_public_keys_are_published(http: httpx.AsyncClient) -> None:
    response = await http.get("/.well-known/jwks.json")
    (key,) = response.json()["keys"]
    assert set(key) == {"kty", "crv", "use", "alg", "kid", "x"}, "no private part `d`"
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert len(urlsafe_b64decode(key["x"] + "=")) == 32
    assert response.headers["cache-control"] == "public, max-age=300"


async def test_a_shared_secret_is_never_published(settings: Settings, tmp_path: Path) -> None:
    given = {"access_token_algorithm": "HS256", "access_token_secret": SECRET}
    shared = Settings(data_dir=tmp_path, database_url=settings.database_url, **given)  # type: ignore[arg-type]
    async for http in client_of(create_app(shared)):
        response = await http.get("/.well-known/jwks.json")
        assert response.json() == {"keys": []}
        caller = await GraphQLClient(http).register("ana@example.com")
        assert await caller.get("{ me { email } }") == {"me": {"email": "ana@example.com"}}


@developing
async def test_a_browser_gets_the_page_and_a_program_gets_graphql(http: httpx.AsyncClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": FIREFOX}
    page = await http.get("/graphql", headers=browser)
    assert page.headers["content-type"].startswith("text/html")
    assert "content-security-policy" in page.headers
    asks = {**browser, "GraphQL-Require-Preflight": "1"}
    data = await http.get("/graphql", params={"query": "{ __typename }"}, headers=asks)
    assert data.json() == {"data": {"__typename": "Query"}}
    assert (await http.get("/graphql")).status_code == 400


async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as http,
    ):
        yield http


@pytest.mark.parametrize(("mode", "graphiql"), [("production", None), ("production", False), ("development", False)])
async def test_the_page_can_be_disabled_and_is_disabled_in_production(
    settings: Settings, graphiql: bool | None
) -> None:
    async for http in client_of(create_app(settings.model_copy(update={"graphiql": graphiql}))):
        assert "GraphiQL" not in (await http.get("/")).text
        assert (await http.get("/graphql", headers={"Accept": "text/html"})).status_code == 406
        assert (await http.get("/graphiql/graphiql.js")).status_code == 404
        assert (await http.post("/graphql", json={"query": "{ __typename }"})).status_code == 200


async def test_the_page_can_be_enabled_in_production(settings: Settings) -> None:
    async for http in client_of(create_app(settings.model_copy(update={"graphiql": True}))):
        assert (await http.get("/graphql", headers={"Accept": "text/html"})).is_success
        assert (await http.get("/graphiql/graphiql.js")).is_success


UNKNOWN_PATHS: list[str] = ["/docs", "/redoc", "/openapi.json", "/graphql/", "/admin", "/.env", "/keys.json"]


async def test_there_are_no_other_routes(http: httpx.AsyncClient) -> None:
    for path in UNKNOWN_PATHS:
        assert (await http.get(path)).status_code == 404


async def test_no_response_may_be_cached(http: httpx.AsyncClient) -> None:
    ana = await GraphQLClient(http).register("ana@example.com")
    for response in (
        await ana.send("{ mySessions { id } }"),
        await http.get("/graphql", params={"query": "{ me { id } }"}),
        await http.post("/graphql", content=b"{"),
        await http.put("/graphql"),
    ):
        assert response.headers["cache-control"] == "no-store"
        assert "server" not in response.headers


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP"]
)
async def test_forwarding_headers_are_ignored_by_default(http: httpx.AsyncClient, name: str) -> None:
    http.headers[name] = "for=203.0.113.9" if name == "Forwarded" else "203.0.113.9"
    ana = await GraphQLClient(http).register("ana@example.com")
    data = await ana.get("{ mySessions { ipAddress } me { securityEvents { nodes { ipAddress } } } }")
    assert data["mySessions"] == data["me"]["securityEvents"]["nodes"] == [{"ipAddress": "127.0.0.1"}]


async def test_a_rejected_token_is_one_log_record_without_the_token(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    ana = await GraphQLClient(http).register("ana@example.com")
    await ana.get("mutation { logout { session { id } } }")
    token = ana.token or ""
    for rejected in (token, token[:-4] + "AAAA", "nonsense-that-is-secret", "line\tbreak-secret"):
        ana.token = rejected
        caplog.clear()
        with caplog.at_level(logging.INFO):
            assert await ana.code("{ a: mySessions { id } }") == "UNAUTHENTICATED"
        (line,) = [each.getMessage() for each in caplog.records if each.name.startswith("sessionql")]
        assert line.startswith("Rejected an access token from 127.0.0.1: ")
        assert not [part for part in (*rejected.split("."), "secret") if part in line]


async def test_no_secret_is_logged(http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ana = await GraphQLClient(http).register("ana@example.com")
        await ana.get("{ mySessions { id } }")
        await ana.get(
            "mutation($t: String!) { refresh(input: {refreshToken: $t}) { errors { __typename } } }",
            t=ana.refresh_token,
        )
        await GraphQLClient(http).ask(
            'mutation { login(input: {email: "ana@example.com", password: "wrong horse"}) { session { id } } }'
        )
    for secret in (ana.token or "-", ana.refresh_token, "correct horse", "wrong horse"):
        assert secret not in caplog.text
