"""One endpoint with two schemas: who asks decides which of them answers, and the other might not exist."""

import httpx
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLString
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from tests.graphql_server.minimal_schema import METHODS, map_exception


def engine_that_says(word: str) -> Engine:
    field = GraphQLField(GraphQLString, resolve=lambda *_: word)
    return Engine(GraphQLSchema(GraphQLObjectType("Query", {word: field, "word": field})), map_exception=map_exception)


async def who_asks(request: Request) -> str:
    return request.headers.get("authorization", "nobody")


async def test_the_context_chooses_the_schema() -> None:
    engines = {"nobody": engine_that_says("public"), "staff": engine_that_says("secret")}
    endpoint = GraphQLEndpoint(engines.__getitem__, make_context=who_asks, map_exception=map_exception)
    app = Starlette(routes=[Route("/graphql", endpoint.__call__, methods=METHODS)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://minimal.test") as client:
        for _ in range(2):  # The same document again: neither engine remembers it for the other.
            for who, word in (("nobody", "public"), ("staff", "secret")):
                headers = {"authorization": who}
                answer = await client.post("/graphql", json={"query": "{ word }"}, headers=headers)
                assert answer.json() == {"data": {"word": word}}
                answer = await client.post("/graphql", json={"query": f"{{ {word} }}"}, headers=headers)
                assert answer.json() == {"data": {word: word}}
            refused = await client.post("/graphql", json={"query": "{ secret }"})
            assert refused.json()["errors"][0]["message"] == "Cannot query field 'secret' on type 'Query'."
