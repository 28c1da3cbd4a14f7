"""Headers that fields add to the response. They are sent after success and after failure."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from tests.graphql_server.minimal_schema import map_exception, schema


async def _begin(request: Request) -> list[str]:
    if "reject" in request.headers:
        raise RuntimeError
    return []


def _finish(request: Request, context: list[str]) -> list[tuple[str, str]]:
    return [("set-cookie", f"{change}={request.url.path}") for change in context] + [("x-context", "yes")]


@pytest.fixture
async def finishing() -> AsyncIterator[httpx.AsyncClient]:
    engine = Engine(schema, map_exception=map_exception)
    endpoint = GraphQLEndpoint(engine, make_context=_begin, map_exception=map_exception, response_headers=_finish)
    app = Starlette(routes=[Route("/graphql", endpoint.__call__, methods=["GET", "POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://minimal.test") as client:
        yield client


async def test_headers_of_fields_are_sent(finishing: httpx.AsyncClient) -> None:
    response = await finishing.post("/graphql", json={"query": "mutation { a: change b: change }"})
    assert response.headers.get_list("set-cookie") == ["changed=/graphql"] * 2
    assert response.json() == {"data": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("{ boom }", 200),
        ("{ surelyBoom }", 500),
        ("{ surelyAway }", 503),
        ("{ surrogate }", 500),
        ("{ nowhere }", 200),
        ("mutation { change }", 405),
    ],
)
async def test_headers_are_sent_also_when_fields_failed(finishing: httpx.AsyncClient, query: str, status: int) -> None:
    response = await finishing.get("/graphql", params={"query": query})
    assert (response.status_code, response.headers["x-context"]) == (status, "yes")


async def test_no_headers_are_added_when_there_was_no_context(finishing: httpx.AsyncClient) -> None:
    for response in (
        await finishing.post("/graphql", content=b"{"),
        await finishing.post("/graphql", json={"query": "{ hello }"}, headers={"reject": "1"}),
    ):
        assert response.status_code >= 400
        assert "x-context" not in response.headers
