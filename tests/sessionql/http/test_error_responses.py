"""Unknown paths, wrong methods and unexpected errors: the response is always JSON."""

import logging
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sessionql.settings.settings import Settings
from tests.conftest import FakeClock, developing
from tests.graphql_server.corpus import error_of
from tests.sessionql.browser import site

# These tests do not depend on the database.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE", "FROB"]
NOWHERE = [
    "/x",
    "/graphql/",
    "/graphql/x",
    "/graphql%00",
    "/graphiql/",
    "/graphiql/x",
    "/healthz/",
    "/.env",
]


def rejection(response: httpx.Response) -> tuple[int, str]:
    """The status and the code."""
    return response.status_code, error_of(response.status_code, response.headers["content-type"], response.json())[1]


async def test_an_unknown_path_is_an_error_in_json(http: httpx.AsyncClient) -> None:
    for path in NOWHERE:
        for accept in ("*/*", "text/html", "application/json"):
            response = await http.get(path, headers={"Accept": accept})
            assert rejection(response) == (404, "NOT_FOUND"), path
            assert "/graphql" in response.json()["errors"][0]["message"]


@developing
@pytest.mark.parametrize("path", ["/graphql", "/healthz", "/.well-known/jwks.json", "/", "/graphiql/graphiql.js"])
async def test_every_route_lists_its_methods_in_allow(http: httpx.AsyncClient, path: str) -> None:
    for method in METHODS:
        response = await http.request(method, path)
        if response.status_code == 405:
            assert rejection(response) == (405, "METHOD_NOT_ALLOWED")
            assert "GET" in response.headers["allow"]
            assert method not in response.headers["allow"].split(", ")
        else:
            assert method in {"GET", "POST"}


async def test_any_host_header_is_accepted(http: httpx.AsyncClient) -> None:
    for host in ("", "[", "[::1", "a b", "a:b:c", "\xff", "evil.test/path", "a" * 10_000):
        for path in ("/", "/graphql", "/graphql/", "/healthz", "/nowhere"):
            response = await http.get(path, headers=[(b"Host", host.encode("latin-1"))])
            assert response.status_code < 500, (host, path)
            assert "evil" not in response.headers.get("location", "")


async def test_a_route_that_fails_is_an_error_in_json(
    app: FastAPI, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_request: Request) -> Response:
        raise RuntimeError("the password of the database is hunter2")

    app.router.routes.append(Route("/broken", broken))
    with caplog.at_level(logging.ERROR):
        response = await http.get("/broken")
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert "hunter2" not in response.text
    assert error["message"].rpartition(" ")[2].rstrip(".") in caplog.text, "the log has the id that the client received"


async def test_a_rejected_preflight_is_an_error_in_json(settings: Settings, clock: FakeClock) -> None:
    async with site(settings, clock, cors_origins=("https://app.example.com",)) as browser:
        for origin, method in (("https://evil.example", "POST"), ("https://app.example.com", "PUT")):
            requested: dict[str, Any] = {"Origin": origin, "Access-Control-Request-Method": method}
            response = await browser.http.options("/graphql", headers=requested)
            assert rejection(response) == (400, "CORS_REFUSED")
            assert "SESSIONQL_CORS_ORIGINS" in response.json()["errors"][0]["message"]
            assert "origin" in response.headers["vary"].lower()
