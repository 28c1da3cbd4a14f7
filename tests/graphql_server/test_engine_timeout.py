"""Executions that take too long are stopped with an error response. Completed changes remain."""

import asyncio
from typing import Any

import httpx
import pytest
from graphql import GraphQLField, GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.request import GraphQLRequest
from tests.graphql_server.minimal_schema import GRAPHQL_JSON, JSON, map_exception

SOON = Limits(seconds=0.05)


async def _hang(_source: object, info: Any) -> str:
    try:
        await asyncio.Event().wait()
    finally:
        info.context.append("stopped")
    raise AssertionError


async def _late(_source: object, _info: object) -> str:
    raise TimeoutError("of the database")


def _change(_source: object, info: Any) -> int:
    info.context.append("changed")
    return len(info.context)


hang = GraphQLField(GraphQLNonNull(GraphQLString), resolve=_hang)
schema = GraphQLSchema(
    GraphQLObjectType(
        "Query",
        {"hang": hang, "late": GraphQLField(GraphQLString, resolve=_late), "hello": GraphQLField(GraphQLString)},
    ),
    GraphQLObjectType("Mutation", {"change": GraphQLField(GraphQLInt, resolve=_change), "hang": hang}),
)


async def execute(query: str, context: list[str]) -> Any:
    engine = Engine(schema, map_exception=map_exception, limits=SOON)
    return await engine.answer(GraphQLRequest(query, None, None, safe=False), context)


async def test_an_execution_that_takes_too_long_is_stopped_with_an_error() -> None:
    done: list[str] = []
    answer = await execute("{ hello hang other: hang }", done)
    assert (answer.status, answer.body["data"]) == (503, None)
    (error,) = answer.body["errors"]
    assert error["extensions"]["code"] == "EXECUTION_TIMEOUT"
    assert "longer than 0.05 seconds" in error["message"]
    assert done == ["stopped", "stopped"], "nothing goes on behind the answer"


async def test_completed_mutations_remain_and_later_ones_do_not_start() -> None:
    done: list[str] = []
    answer = await execute("mutation { change hang again: change }", done)
    assert answer.status == 503
    assert done == ["changed", "stopped"]


async def test_a_timeout_inside_a_field_is_not_the_timeout_of_the_execution(caplog: pytest.LogCaptureFixture) -> None:
    answer = await execute("{ late hello }", [])
    assert answer.body["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert answer.body["data"] == {"late": None, "hello": None}
    assert "of the database" in caplog.text


async def test_a_cancellation_from_outside_is_not_a_timeout() -> None:
    """A server that shuts down cancels executions. This must not be reported as a timeout."""
    done: list[str] = []
    engine = Engine(schema, map_exception=map_exception)
    task = asyncio.create_task(engine.answer(GraphQLRequest("{ hang }", None, None, safe=False), done))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["stopped"]


@pytest.mark.parametrize("media_type", [GRAPHQL_JSON, JSON])
async def test_over_http_it_is_503_with_retry_after(media_type: str) -> None:
    async def make_context(_: Request) -> list[str]:
        return []

    endpoint = GraphQLEndpoint(
        Engine(schema, map_exception=map_exception, limits=SOON), make_context=make_context, map_exception=map_exception
    )
    app = Starlette(routes=[Route("/graphql", endpoint.__call__, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://minimal.test") as client:
        response = await client.post("/graphql", json={"query": "{ hang }"}, headers={"Accept": media_type})
    assert response.status_code == 503
    assert response.headers["content-type"].startswith(media_type)
    assert response.headers["retry-after"] == "1"
    assert response.json()["errors"][0]["extensions"] == {"code": "EXECUTION_TIMEOUT"}
