"""One endpoint with two schemas: the context of the request selects one, and the other one is invisible."""

import httpx
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLString
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from tests.graphql_server.minimal_schema import METHODS, map_exception


def engine_that_returns(word: str) -> Engine:
    field = GraphQLField(GraphQLString, resolve=lambda *_: word)
    return Engine(GraphQLSchema(GraphQLObjectType("Query", {word: field, "word": field})), map_exception=map_exception)


async def selected_engine(request: Request) -> str:
    return request.headers.get("authorization", "public user")


async def test_the_context_selects_the_schema() -> None:
    engines = {"public user": engine_that_returns("public"), "staff": engine_that_returns("secret")}
    endpoint = GraphQLEndpoint(engines.__getitem__, make_context=selected_engine, map_exception=map_exception)
    app = Starlette(routes=[Route("/graphql", endpoint.__call__, methods=METHODS)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://minimal.test") as client:
        for _ in range(2):  # The same document again: engines share no cache.
            for who, word in (("public user", "public"), ("staff", "secret")):
                headers = {"authorization": who}
                answer = await client.post("/graphql", json={"query": "{ word }"}, headers=headers)
                assert answer.json() == {"data": {"word": word}}
                answer = await client.post("/graphql", json={"query": f"{{ {word} }}"}, headers=headers)
                assert answer.json() == {"data": {word: word}}
            rejected = await client.post("/graphql", json={"query": "{ secret }"})
            assert rejected.json()["errors"][0]["message"] == "Cannot query field 'secret' on type 'Query'."
