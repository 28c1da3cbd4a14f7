"""Empty braces, parentheses and documents are syntax errors, as in the grammar of the specification."""

import pytest

from sessionql.graphql_server.outcome import Outcome
from sessionql.graphql_server.request import GraphQLRequest
from tests.graphql_server.minimal_schema import MinimalServer

EMPTY = [
    "{}",
    "{ }",
    "query {}",
    "query A {}",
    "mutation {}",
    "subscription {}",
    "{ self {} }",
    "mutation { change {} }",
    "{ hello {} }",
    "{ self { hello } self {} }",
    "{ ... {} }",
    "{ ... on Query {} }",
    "{ ... @skip(if: true) {} }",
    "{ ...F } fragment F on Query {}",
    "{ echo() }",
    "{ hello @skip() }",
    "query() { hello }",
    "query A() { hello }",
    "{ hello } type A {}",
    "{ hello } extend type A {}",
    "{ hello } interface A {}",
    "{ hello } input A {}",
    "{ hello } enum A {}",
    "{ hello } union A =",
    "{ hello } type A { a(): Int }",
    "{ hello } type A implements {}",
    "{ hello } schema {}",
    "{ hello } extend schema {}",
    "{ hello } directive @a() on FIELD",
    "{ hello } directive @a on",
    "query($a: ) { hello }",
    "query($a: []) { hello }",
    "# nothing",
    "   ",
    ",",
]


@pytest.mark.parametrize("query", EMPTY)
async def test_empty_syntax_is_a_syntax_error_with_a_location(minimal_server: MinimalServer, query: str) -> None:
    answer = await minimal_server.engine.answer(GraphQLRequest(query, None, None, safe=False), [])
    assert answer.outcome is Outcome.SYNTAX_ERROR
    (error,) = answer.body["errors"]
    assert error["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}
    assert error["message"].startswith("Syntax Error: ")
    assert error["locations"]
    assert minimal_server.changes == []


@pytest.mark.parametrize("query", ["{ ids(of: []) }", "{ hello @skip(if: false) }"])
async def test_an_empty_list_value_is_valid(minimal_server: MinimalServer, query: str) -> None:
    answer = await minimal_server.engine.answer(GraphQLRequest(query, None, None, safe=False), [])
    assert answer.outcome is Outcome.COMPLETE
