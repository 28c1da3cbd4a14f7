"""Every route with every method: `Allow` lists all methods of a path, HEAD works like GET, REST errors are problems."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from sessionql import SessionQL, Settings
from tests.support.engines import Engines

ID = "01930000-0000-7000-8000-000000000000"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE")
REST = {
    "/register": "POST",
    "/login": "POST",
    "/me": "GET, HEAD",
    "/me/sessions": "GET, HEAD",
    "/auth/refresh": "POST",
    "/auth/logout": "POST",
    "/auth/reauthenticate": "POST",
    "/sessions": "GET, HEAD",
    "/sessions/all": "DELETE",
    "/sessions/revoke-all": "POST",
    f"/sessions/{ID}": "DELETE, PATCH",
    "/introspect": "POST",
    "/revoke": "POST",
    "/openapi.json": "GET, HEAD",
    "/docs": "GET, HEAD",
    "/docs/start.js": "GET, HEAD",
}
GRAPHQL = {
    "/.well-known/jwks.json": "GET, HEAD",
    "/schema.graphql": "GET, HEAD",
    "/services.graphql": "GET, HEAD",
    "/graphiql/graphiql.js": "GET, HEAD",
}
PAGE = {"/": "GET, HEAD", "/healthz": "GET, HEAD", "/my-sessions.js": "GET, HEAD", "/page/page.js": "GET, HEAD"}
NOWHERE = ["/sessions/all/x", "/sessions/", "/auth", "/auth/x", "/me/x", "/docs/x", f"/sessions/{ID}/name"]


@pytest.fixture
def sessions(engines: Engines, tmp_path: Path) -> SessionQL:
    return SessionQL(Settings(data_dir=tmp_path, database_url=engines.sqlite(tmp_path), mode="development"))


@asynccontextmanager
async def client(app: FastAPI, sessions: SessionQL, prefix: str = "") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with (
        sessions.lifespan(),
        httpx.AsyncClient(transport=transport, base_url=f"https://example.com{prefix}") as http,
    ):
        yield http


async def check(http: httpx.AsyncClient, paths: dict[str, str], *, problems: bool) -> None:
    for path, allow in paths.items():
        allowed = allow.split(", ")
        for method in METHODS:
            response = await http.request(method, path)
            assert (response.status_code != 405) == (method in allowed), (method, path)
            if response.status_code == 405:
                assert sorted(response.headers["allow"].split(", ")) == allowed, (method, path)
                assert not problems or is_problem(response), (method, path)
        if "HEAD" in allowed:
            get, head = await http.get(path), await http.head(path)
            assert head.status_code == get.status_code, path
            assert head.headers["content-type"] == get.headers["content-type"]


def is_problem(response: httpx.Response) -> bool:
    has_code = response.request.method == "HEAD" or bool(response.json()["code"])
    return has_code and response.headers["content-type"] == "application/problem+json"


async def test_the_server(sessions: SessionQL) -> None:
    async with client(sessions.app, sessions) as http:
        await check(http, REST, problems=True)
        await check(http, GRAPHQL | PAGE, problems=False)
        for path in NOWHERE:
            response = await http.get(path)
            assert (response.status_code, is_problem(response)) == (404, True), path


async def test_mounted_under_a_prefix(sessions: SessionQL) -> None:
    app = FastAPI()
    app.mount("/auth", sessions.app)
    async with client(app, sessions, "/auth") as http:
        await check(http, REST, problems=True)
        await check(http, GRAPHQL | PAGE, problems=False)
        for path in NOWHERE:
            assert is_problem(await http.get(path)), path


@pytest.mark.parametrize("prefix", ["", "/api"])
async def test_included_in_another_application(sessions: SessionQL, prefix: str) -> None:
    app = FastAPI(openapi_url=None)
    app.include_router(sessions.graphql_router, prefix=prefix)
    app.include_router(sessions.rest_router, prefix=prefix)
    async with client(app, sessions, prefix) as http:
        routes = {path: allow for path, allow in REST.items() if not path.startswith(("/docs", "/openapi"))}
        await check(http, routes, problems=True)
        await check(http, GRAPHQL, problems=False)


@pytest.mark.parametrize("prefix", ["", "/api"])
async def test_an_application_may_have_the_same_paths_with_other_methods(sessions: SessionQL, prefix: str) -> None:
    app = FastAPI(openapi_url=None)
    app.include_router(sessions.rest_router, prefix=prefix)
    own = {"/me": "PUT", "/sessions/all": "PATCH", "/sessions/new": "GET", f"/sessions/{ID}": "PUT"}
    for path, method in own.items():
        app.add_api_route(prefix + path, lambda: "own", methods=[method])
    async with client(app, sessions, prefix) as http:
        for path, method in own.items():
            response = await http.request(method, path)
            assert (response.status_code, response.json()) == (200, "own"), path
        problem = await http.delete("/me")
        assert (problem.status_code, problem.headers["allow"], is_problem(problem)) == (405, "GET, HEAD", True)


async def test_graphql_lists_its_methods_in_its_own_error(sessions: SessionQL) -> None:
    async with client(sessions.app, sessions) as http:
        for method in ("PUT", "DELETE", "PURGE"):
            response = await http.request(method, "/graphql")
            assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")
