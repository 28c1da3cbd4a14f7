"""A schema without introspection: no introspection field is executed, and no name is suggested."""

from typing import Any

import httpx
import pytest
from graphql import build_schema, get_introspection_query
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from sessionql.graphql_server.request import GraphQLRequest
from tests.graphql_server.minimal_schema import METHODS, map_exception

WHY = "Ask the janitor for the schema."
SCHEMA = build_schema("""
interface Animal { name: String }
type Dog implements Animal { name: String barks: Boolean }
type Query { animal: Animal dogs(first: Int): [Dog] }
type Mutation { feed(name: String): Dog }
type Subscription { barking: Dog }
""")

INTROSPECTIONS: dict[str, str] = {
    "what tools ask": get_introspection_query(),
    "a type": '{ __type(name: "Dog") { name } }',
    "a type that is not there": '{ __type(name: "Cat") { name } }',
    "a type by a variable": "query($name: String!) { __type(name: $name) { name } }",
    "under an alias": "{ name: __schema { description } }",
    "beside what is fine": "{ __typename animal { name } __schema { description } }",
    "in a fragment": "{ ...F } fragment F on Query { __schema { description } }",
    "in a fragment's fragment": "{ ...F } fragment F on Query { ...G } fragment G on Query { __schema { __typename } }",
    "in a fragment that no_context spreads": "{ __typename } fragment F on Query { __schema { description } }",
    "in an inline fragment": "{ ... on Query { ... { __schema { description } } } }",
    "left out": "{ __typename __schema @include(if: false) { description } }",
    "left out by a variable": "query($no: Boolean = false) { __typename __schema @include(if: $no) { description } }",
    "skipped": "{ __typename ... @skip(if: true) { __schema { description } } }",
    "in an operation that is not chosen": "query A { __typename } query B { __schema { description } }",
    "in a mutation": "mutation { __schema { description } }",
    "in a subscription": "subscription { __schema { description } }",
    "where it cannot be": "{ animal { __schema { description } } }",
    "without a selection": "{ __schema }",
    "under a name of later days": "{ __capabilities }",
    "with every mistake there is": "{ __schema { nope } nope ...Nope @nope } ",
    "behind an unknown type": "{ ...F } fragment F on Nope { __schema { description } }",
}


def engine(conceal: str | None = WHY) -> Engine:
    return Engine(SCHEMA, map_exception=map_exception, introspection_error=conceal)


async def answer(query: str, conceal: str | None = WHY, variables: dict[str, Any] | None = None) -> Any:
    request = GraphQLRequest(query, variables, "A" if "query A" in query else None, safe=False)
    return (await engine(conceal).answer(request, None)).body


@pytest.mark.parametrize("how", INTROSPECTIONS)
async def test_introspection_is_rejected_with_the_reason(how: str) -> None:
    rejected = {"message": WHY, "extensions": {"code": "INTROSPECTION_DISABLED"}}
    assert await answer(INTROSPECTIONS[how]) == {"errors": [rejected]}


async def test_an_engine_with_introspection_executes_it() -> None:
    """Otherwise the test above would pass with an engine that executes nothing."""
    answered = [
        how for how, query in INTROSPECTIONS.items() if "errors" not in await answer(query, None, {"name": "Dog"})
    ]
    assert len(answered) >= 10
    assert "Dog" in str((await answer(INTROSPECTIONS["what tools ask"], None))["data"])


@pytest.mark.parametrize("document", ["{ __typename }", "{ a: __typename ...F } fragment F on Query { __typename }"])
async def test_typename_may_be_selected(document: str) -> None:
    assert (await answer(document))["data"]


async def test_many_errors_before_the_introspection_do_not_enable_it() -> None:
    mistakes = " ".join(f"wrong{n}" for n in range(20))
    body = await answer(f"{{ {mistakes} __schema {{ description }} }}")
    assert "data" not in body


SUGGESTING = {
    "{ dogz { name } }": "Cannot query field 'dogz' on type 'Query'.",
    "{ animal { barks } }": "Cannot query field 'barks' on type 'Animal'.",
    "{ dogs(frist: 1) { name } }": "Unknown argument 'frist' on field 'Query.dogs'.",
    "{ __typename @skip(iff: true, if: true) }": "Unknown argument 'iff' on directive '@skip'.",
    "{ animal { ... on Dogg { name } } }": "Unknown type 'Dogg'.",
    "{ animal }": "Field 'animal' of type 'Animal' must have a selection of subfields.",
}


@pytest.mark.parametrize("document", SUGGESTING)
async def test_errors_contain_no_suggestion(document: str) -> None:
    assert [each["message"] for each in (await answer(document))["errors"]] == [SUGGESTING[document]]
    with_introspection = str(await answer(document, None))
    assert "Did you mean" in with_introspection, "what would be suggested to others"


async def test_over_http_it_is_rejected_like_any_document_that_cannot_be_executed() -> None:
    async def no_context(_request: Request) -> None:
        return None

    endpoint = GraphQLEndpoint(engine(), make_context=no_context, map_exception=map_exception)
    app = Starlette(routes=[Route("/graphql", endpoint.__call__, methods=METHODS)])
    document = {"query": "{ __schema { description } }"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://minimal.test") as client:
        for media_type, status in (("application/json", 200), ("application/graphql-response+json", 400)):
            headers = {"Accept": media_type}
            by_get = await client.get("/graphql", params=document, headers=headers)
            by_post = await client.post("/graphql", json=document, headers=headers)
            assert by_get.status_code == by_post.status_code == status
            assert by_get.json() == by_post.json() == await answer(document["query"])
