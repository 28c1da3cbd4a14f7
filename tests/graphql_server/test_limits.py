"""Limits: a request at a limit is accepted; one beyond it is rejected with a code, the limit and the actual number."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.limits.value_sizes import UNKNOWN
from sessionql.graphql_server.request import GraphQLRequest
from tests.graphql_server.minimal_schema import map_exception, schema


async def execute(query: str, **limits: Any) -> Any:
    engine = Engine(schema, map_exception=map_exception, limits=Limits(**limits))
    return (await engine.answer(GraphQLRequest(query, None, None, safe=False), [])).body


async def rejection(query: str, **limits: Any) -> tuple[str, str]:
    body = await execute(query, **limits)
    assert "data" not in body
    (error,) = body["errors"]
    return error["extensions"]["code"], error["message"]


AT_THE_LIMIT = {
    "characters": ("{ hello }", 9, "DOCUMENT_TOO_LONG", "9 characters, and 8 are allowed"),
    "tokens": ("{ hello }", 3, "TOO_MANY_TOKENS", "more than 2, and 2 are allowed"),
    "depth": ("{ self { self { hello } } }", 3, "QUERY_TOO_DEEP", "3 levels, and 2 are allowed"),
    "aliases": ("{ a: hello b: hello self { c: hello } }", 3, "TOO_MANY_ALIASES", "3, and 2 are allowed"),
    "root_fields": ("{ hello later self { hello } }", 3, "TOO_MANY_ROOT_FIELDS", "3, and 2 are allowed"),
    "directives": (
        "{ hello @skip(if: false) @include(if: true) ...@skip(if: false) { later } }",
        3,
        "TOO_MANY_DIRECTIVES",
        "3, and 2 are allowed",
    ),
    "comparisons": (
        "{ hello hello hello }",
        3,
        "TOO_MANY_COMPARISONS",
        "more than 2 pairs of them would have to be compared, and 2 are allowed",
    ),
    "name_length": (
        "{ hello ...F } fragment F on Query { abcdefgh: hello }",
        8,
        "NAME_TOO_LONG",
        "8 characters, and 7 are",
    ),
    "response_bytes": (
        "{ hello }",
        100 + len('"hello":,') + UNKNOWN,
        "RESPONSE_TOO_LARGE",
        "up to 1109 bytes, and 1108 are allowed",
    ),
    "cost": ("{ hello self { hello } }", 3, "QUERY_TOO_COSTLY", "up to 3 fields, and 2 are allowed"),
}


@pytest.mark.parametrize("limit", AT_THE_LIMIT)
async def test_a_request_at_a_limit_is_accepted_and_one_more_is_rejected(limit: str) -> None:
    query, maximum, code, words = AT_THE_LIMIT[limit]
    assert "errors" not in await execute(query, **{limit: maximum})
    found, message = await rejection(query, **{limit: maximum - 1})
    assert found == code
    assert words in message


def test_every_limit_is_tested() -> None:
    elsewhere = {"validation_errors", "values", "list_size", "page_size", "unpaged_list_size", "seconds"}
    elsewhere |= {"nested_list_size", "value_bytes", "exclusive_fields"}
    assert {field.name for field in fields(Limits)} == AT_THE_LIMIT.keys() | elsewhere


async def test_a_comment_counts_as_a_token() -> None:
    assert (await rejection("#\n" * 2_000 + "{ hello }"))[0] == "TOO_MANY_TOKENS"


async def execute_with(variables: dict[str, Any], max_values: int) -> Any:
    engine = Engine(schema, map_exception=map_exception, limits=Limits(values=max_values))
    query = "query($of: [String]) { ids(of: $of) }"
    return (await engine.answer(GraphQLRequest(query, variables, None, safe=False), [])).body


async def test_values_of_variables_are_counted_in_lists_and_objects_too() -> None:
    assert await execute_with({"of": ["a", "b"]}, 3) == {"data": {"ids": 2}}
    for variables in ({"of": ["a", "b", "c"]}, {"of": [["a", "b"]]}, {"of": {"a": {"b": 1}}, "unknown": 1}):
        (error,) = (await execute_with(variables, 3))["errors"]
        assert error["extensions"]["code"] == "TOO_MANY_VALUES"
        assert "more than 3, and 3 are allowed" in error["message"]


async def test_validation_stops_after_the_maximum_number_of_errors() -> None:
    wrong = "{" + " ".join(f"wrong{n}" for n in range(100)) + "}"
    errors = (await execute(wrong, validation_errors=7))["errors"]
    assert len(errors) == 8
    assert {error["extensions"]["code"] for error in errors[:-1]} == {"GRAPHQL_VALIDATION_FAILED"}
    assert errors[-1]["extensions"]["code"] == "TOO_MANY_ERRORS"
    assert "more than 7, and 7 are reported" in errors[-1]["message"]
    assert len((await execute("{ a b c d e f g }", validation_errors=7))["errors"]) == 7


def chain(fragments: int) -> str:
    """Each fragment spreads the next one; none of them nests."""
    return "{ ...F1 }" + " ".join(
        f"fragment F{n} on Query {{ {'hello' if n == fragments else f'...F{n + 1}'} }}" for n in range(1, fragments + 1)
    )


async def test_a_chain_of_fragments_has_a_maximum_length() -> None:
    wide = {"tokens": 100_000, "characters": 100_000}
    assert await execute(chain(199), **wide) == {"data": {"hello": "world"}}
    code, message = await rejection(chain(200), **wide)
    assert code == "QUERY_TOO_DEEP"
    assert "fragments spread each other too deeply: 201 levels, and 200 are allowed" in message


async def test_operations_may_share_a_limited_number_of_fragments() -> None:
    shared = "fragment F on Query {" + " ...G" * 200 + "} fragment G on Query { hello }"
    own = " ".join(f"query A{n} {{ ...H{n} }} fragment H{n} on Query {{ ...F }}" for n in range(300))
    wide = {"tokens": 100_000, "characters": 100_000, "root_fields": 1_000_000, "comparisons": 1_000_000}
    code, message = await rejection(own + shared, **wide)
    assert code == "TOO_MANY_SPREADS"
    assert "more than 50000 spreads" in message


async def test_a_batch_is_rejected_with_its_own_code(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=[{"query": "{ hello }"}, {"query": "{ hello }"}])
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BATCHES_NOT_SUPPORTED"
    assert "one operation per request, not a list of 2" in error["message"]


async def test_the_introspection_queries_of_tools_are_within_the_limits() -> None:
    everything = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert "errors" not in await execute(everything)
    assert "errors" not in await execute(get_introspection_query(descriptions=False))


async def test_forty_repeated_fields_are_compared_and_a_thousand_rejected() -> None:
    assert "errors" not in await execute("{" + " hello" * 40 + "}")
    for often in ("hello ", "self { hello } ", "...{ hello } ", "double(n: 1) ", "a: hello "):
        code, _ = await rejection("{" + often * 1_000 + "}", tokens=20_000, root_fields=20_000, aliases=20_000)
        assert code == "TOO_MANY_COMPARISONS", often


async def test_conflicts_are_reported_within_the_limits() -> None:
    (error,) = (await execute("{ a: hello a: later }"))["errors"]
    assert "Fields 'a' conflict" in error["message"]


FAMILIES: dict[str, Callable[[int], str]] = {
    "fragments that double": lambda n: (
        "{ ...F0 }"
        + "".join(f"fragment F{i} on Query{{...F{i + 1} ...F{i + 1}}}" for i in range(n))
        + f"fragment F{n} on Query{{hello}}"
    ),
    "fragments in a circle": lambda n: (
        "{ ...F0 }" + "".join(f"fragment F{i} on Query{{...F{(i + 1) % n}}}" for i in range(n))
    ),
    "fragments that all spread all": lambda n: (
        "{ ...F0 }"
        + "".join(f"fragment F{i} on Query{{" + "".join(f"...F{j} " for j in range(n)) + "}" for i in range(n))
    ),
    "unknown fragments": lambda n: "{" + "".join(f"...F{i} " for i in range(n)) + "}",
    "operations": lambda n: "".join(f"query A{i}{{nope}}" for i in range(n)),
    "operations of one name": lambda n: "query A{hello}" * n,
    "operations without a name": lambda n: "{hello}" * n,
    "directives": lambda n: "{hello" + "@skip(if:false)" * n + "}",
    "unknown directives": lambda n: "{hello" + "@nope" * n + "}",
    "directives on variables": lambda n: "query(" + "".join(f"$v{i}:Int@nope " for i in range(n)) + "){hello}",
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [3, 20, 100, 200, 1_000, 10_000])
async def test_hostile_documents_of_every_size_are_rejected(family: str, size: int) -> None:
    """In quadratic time the largest one would take minutes, and those that double would never end."""
    query = FAMILIES[family](min(size, 100) if family == "fragments that all spread all" else size)
    body = await execute(query, characters=1_000_000)
    if size == 3 and family == "fragments that double":
        assert body == {"data": {"hello": "world"}}
        return
    codes = {error["extensions"]["code"] for error in body["errors"]}
    assert "data" not in body
    assert codes <= {
        "GRAPHQL_VALIDATION_FAILED",
        "BAD_USER_INPUT",
        "TOO_MANY_TOKENS",
        "TOO_MANY_ROOT_FIELDS",
        "TOO_MANY_DIRECTIVES",
        "TOO_MANY_COMPARISONS",
        "TOO_MANY_ERRORS",
    }


@pytest.mark.parametrize("nested", ["self{", "...{", "...on Query{self{"])
async def test_fifty_levels_are_executed_where_they_are_allowed(nested: str) -> None:
    levels = nested.count("{")
    times = 49 // levels
    document = "{" + nested * times + "later" + "}" * (levels * times) + "}"
    assert "later" in str((await execute(document, depth=50))["data"])
