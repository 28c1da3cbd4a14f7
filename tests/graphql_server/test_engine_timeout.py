"""Executions that take too long: stopped, answered, and what was done stays done."""

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


async def ask(query: str, context: list[str]) -> Any:
    engine = Engine(schema, map_exception=map_exception, limits=SOON)
    return await engine.answer(GraphQLRequest(query, None, None, safe=False), context)


async def test_what_takes_too_long_is_stopped_and_says_so() -> None:
    done: list[str] = []
    answer = await ask("{ hello hang other: hang }", done)
    assert (answer.status, answer.body["data"]) == (503, None)
    (error,) = answer.body["errors"]
    assert error["extensions"]["code"] == "EXECUTION_TIMEOUT"
    assert "longer than 0.05 seconds" in error["message"]
    assert done == ["stopped", "stopped"], "nothing goes on behind the answer"


async def test_what_was_changed_before_stays_and_what_comes_after_never_begins() -> None:
    done: list[str] = []
    answer = await ask("mutation { change hang again: change }", done)
    assert answer.status == 503
    assert done == ["changed", "stopped"]


async def test_a_fields_own_timeout_is_not_the_executions(caplog: pytest.LogCaptureFixture) -> None:
    answer = await ask("{ late hello }", [])
    assert answer.body["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert answer.body["data"] == {"late": None, "hello": None}
    assert "of the database" in caplog.text


async def test_somebody_elses_cancellation_stays_one() -> None:
    """A server that shuts down must not take its own hurry for a slow execution."""
    done: list[str] = []
    engine = Engine(schema, map_exception=map_exception)
    task = asyncio.create_task(engine.answer(GraphQLRequest("{ hang }", None, None, safe=False), done))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["stopped"]


@pytest.mark.parametrize("media_type", [GRAPHQL_JSON, JSON])
async def test_over_http_it_is_503_and_may_be_asked_again(media_type: str) -> None:
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
