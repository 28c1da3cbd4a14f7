"""The size of a response is estimated before it is made: it is never larger, and a larger one is refused."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from graphql import execute_sync, get_introspection_query, parse, validate
from hypothesis import given, settings

from sessionql.graphql_server.documents.ids import hash_of
from sessionql.graphql_server.documents.manifests import ManifestEntry
from sessionql.graphql_server.documents.trusted import TrustedDocuments
from sessionql.graphql_server.documents.validation import Documents
from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.limits.cost import Cost, Costs
from sessionql.graphql_server.limits.limits import MAX_FIELD_ERRORS, Limits
from sessionql.graphql_server.request import GraphQLRequest
from tests.graphql_server.largest_data import LIMITS, resolve, schema, type_of
from tests.support.selections import documents

LONGEST, TOO_LONG = "n" * 20, "n" * 21
WIDE = "query($n: Int) { items(last: $n) { edges { cursor node { id name } } } }"


def aliased(count: int, field: str, length: int = 20) -> str:
    return " ".join(f"{n:x}".rjust(length, "a") + f": {field}" for n in range(count))


ALLOWED = {
    "one value": "{ one { id } }",
    "all leaves": "{ one { id name size weight sold color tags codes __typename } }",
    "an alias of the longest length": f"{{ {LONGEST}: one {{ id }} }}",
    "as many aliases as are allowed": "{ one { " + aliased(100, "name") + " } }",
    "names of the longest length": f"query {LONGEST}($v{LONGEST[1:]}: Int) {{ items(last: $v{LONGEST[1:]}) "
    f"{{ ...{LONGEST} }} }} fragment {LONGEST} on Page {{ total }}",
    "a long word that is no name": f"query($n: Int = 3) {{ one {{ id # {TOO_LONG}\n items(first: $n) {{ total }} }} }}",
    "a list without pages": "{ all { id name color } }",
    "a list of texts": "{ names }",
    "a page of the default size": "{ items { nodes { id name } total } }",
    "a page whose size is a variable": WIDE,
    "a page of the largest size, near the limit": "{ items(first: 10) { nodes { " + aliased(50, "name") + " } } }",
    "lists in lists": "{ all { parts { id tags } } }",
    "pages in pages, near the limit": "{ items(first: 10) { nodes { "
    "items(first: 9) { nodes { id name tags codes } } } } }",
    "a list with a size": "{ listed(first: 7) { id name weight } }",
    "names of types": "{ all { " + aliased(20, "__typename") + " } }",
    "an interface": "{ thing { id __typename ... on Item { name } ... on Shop { owner } } }",
    "a union": "{ any { __typename ... on Item { name codes } ... on Shop { owner } } }",
    "fragments in fragments": "{ all { ...A } } fragment A on Item { id ...B } "
    "fragment B on Item { a: name parts { ...C } } fragment C on Item { color }",
    "a mutation": "mutation { sell { item { id name } query { all { id } } } }",
    "an introspection with few fields": "{ __schema { types { name fields { name } } } }",
    "one type": '{ __type(name: "Item") { fields { name description type { name ofType { name } } } } }',
}
REFUSED = {
    "an alias": (f"{{ {TOO_LONG}: one {{ id }} }}", "NAME_TOO_LONG"),
    "an alias of 31,000 letters": ("{ all { parts { " + "n" * 31_000 + ": id } } }", "NAME_TOO_LONG"),
    "the name of an operation": (f"query {TOO_LONG} {{ one {{ id }} }}", "NAME_TOO_LONG"),
    "the name of a variable": (f"query(${TOO_LONG}: Int) {{ items(first: ${TOO_LONG}) {{ total }} }}", "NAME_TOO_LONG"),
    "the name of a fragment": (f"{{ ...{TOO_LONG} }} fragment {TOO_LONG} on Query {{ __typename }}", "NAME_TOO_LONG"),
    "an unknown field": (f"{{ {TOO_LONG} }}", "NAME_TOO_LONG"),
    "an unknown argument": (f"{{ items({TOO_LONG}: 1) {{ total }} }}", "NAME_TOO_LONG"),
    "an unknown directive": (f"{{ one @{TOO_LONG} {{ id }} }}", "NAME_TOO_LONG"),
    "aliases in a list": ("{ all { " + aliased(100, "name") + " } }", "RESPONSE_TOO_LARGE"),
    "aliases in a page": ("{ items(first: 10) { nodes { " + aliased(60, "name") + " } } }", "RESPONSE_TOO_LARGE"),
    "aliased names of types": ("{ all { parts { " + aliased(60, "__typename") + " } } }", "RESPONSE_TOO_LARGE"),
    "aliased lists of texts": ("{ " + aliased(100, "names") + " }", "RESPONSE_TOO_LARGE"),
    "aliased values of a field": ("{ all { " + aliased(100, "codes", 5) + " } }", "RESPONSE_TOO_LARGE"),
    "pages in pages": (
        "{ items(first: 10) { nodes { items(first: 10) { nodes { id name color a: name tags codes } } } } }",
        "RESPONSE_TOO_LARGE",
    ),
    "pages of variable sizes": (
        "query($n: Int) { items(first: $n) { edges { node { items(first: $n) { nodes { a: tags name tags } } } } } }",
        "RESPONSE_TOO_LARGE",
    ),
    "a fragment that is often spread": (
        "{ all { ...F } } fragment F on Item { " + " ".join(f"p{n}: parts {{ ...G }}" for n in range(9)) + " } "
        "fragment G on Item { name tags }",
        "RESPONSE_TOO_LARGE",
    ),
    "fragments that double": (
        "{ one { ...F0 } } "
        + " ".join(f"fragment F{n} on Item {{ ...F{n + 1} ...F{n + 1} }}" for n in range(9))
        + "fragment F9 on Item { tags }",
        "RESPONSE_TOO_LARGE",
    ),
    "a mutation": ("mutation { sell { query { all { " + aliased(90, "name") + " } } } }", "RESPONSE_TOO_LARGE"),
    "each event of a subscription": (
        "subscription { sold { items(first: 10) { nodes { " + aliased(80, "tags") + " } } } }",
        "RESPONSE_TOO_LARGE",
    ),
    "descriptions of types": (
        "{ __schema { types { fields { args { name } } " + aliased(20, "fields { description }") + " } } }",
        "RESPONSE_TOO_LARGE",
    ),
    "descriptions of one type": (
        '{ __type(name: "Item") { ' + aliased(40, "possibleTypes { description }") + " } }",
        "RESPONSE_TOO_LARGE",
    ),
    "fields of the types of fields": (
        "{ __schema { types { fields { type { fields { args { name } } } } } } }",
        "QUERY_TOO_COSTLY",
    ),
    "many small fields": ("{ all { parts { parts { parts { parts { parts { a: id } } } } } } }", "QUERY_TOO_COSTLY"),
}


def estimated(document: str, limits: Limits = LIMITS) -> Cost:
    return Costs(schema, limits).of(parse(document))


def executed(document: str, variables: dict[str, Any] | None = None) -> bytes:
    """The serialised response with the largest data."""
    result = execute_sync(
        schema, parse(document), field_resolver=resolve, type_resolver=type_of, variable_values=variables
    )
    assert result.errors is None
    return orjson.dumps({"data": result.data})


def fields_in(value: Any) -> int:
    if isinstance(value, dict):
        return sum(1 + fields_in(each) for each in value.values())
    return sum(map(fields_in, value)) if isinstance(value, list) else 0


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed_is_no_larger_than_estimated(name: str) -> None:
    document = ALLOWED[name]
    found = Documents(schema, LIMITS, max_documents=1, max_characters=100_000).get(document)
    assert found.ast is not None, found.errors
    cost, response = estimated(document), executed(document, {"n": 10})
    assert len(response) <= cost.bytes <= LIMITS.response_bytes
    assert fields_in(orjson.loads(response)["data"]) <= cost.fields == found.fields


@pytest.mark.parametrize("name", [name for name in ALLOWED if "near" in name])
def test_near_the_limit_the_estimate_is_near_the_size(name: str) -> None:
    real, cost = len(executed(ALLOWED[name])), estimated(ALLOWED[name])
    assert LIMITS.response_bytes * 0.7 < cost.bytes < real * 1.3


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_larger_is_refused_with_its_code(name: str) -> None:
    document, code = REFUSED[name]
    assert Documents(schema, LIMITS, max_documents=1, max_characters=100_000).get(document).code == code


def test_the_introspection_of_tools_is_within_the_default_limits() -> None:
    document = get_introspection_query(specified_by_url=True, schema_description=True, input_value_deprecation=True)
    cost, response = estimated(document, Limits()), executed(document)
    assert len(response) <= cost.bytes < 4 * len(response)
    assert fields_in(orjson.loads(response)["data"]) <= cost.fields < Limits().cost / 2


def engine(**arguments: Any) -> Engine:
    return Engine(schema, map_exception=lambda _: None, limits=LIMITS, **arguments)


async def code_of(engine: Engine, **request: Any) -> str:
    values = {"query": "", "variables": None, "operation_name": None, "safe": False} | request
    body: Any = (await engine.answer(GraphQLRequest(**values), None)).body
    return str(body["errors"][0]["extensions"]["code"])


async def test_a_persisted_query_has_the_same_limits() -> None:
    document, code = REFUSED["aliases in a list"]
    server, hash_ = engine(), hash_of(document)
    assert await code_of(server, query=document, query_hash=hash_) == code
    assert await code_of(server, query_hash=hash_) == "PERSISTED_QUERY_NOT_FOUND"


def test_a_trusted_document_may_have_long_names_and_no_larger_response(tmp_path: Any) -> None:
    long_name, too_large = REFUSED["an alias"][0], REFUSED["aliases in a list"][0]
    entries = [ManifestEntry(tmp_path, str(n), text) for n, text in enumerate((long_name, too_large))]
    trusted = TrustedDocuments(schema, LIMITS, entries)
    assert trusted.by_text[long_name].ast is not None
    assert trusted.by_text[too_large].code == "RESPONSE_TOO_LARGE"


async def test_the_message_has_both_numbers() -> None:
    document = REFUSED["aliases in a list"][0]
    (error,) = Documents(schema, LIMITS, max_documents=1, max_characters=100_000).get(document).errors
    assert f"up to {estimated(document).bytes} bytes, and 40000 are allowed. Ask for smaller pages" in error.message
    (error,) = Documents(schema, LIMITS, max_documents=1, max_characters=100_000).get(REFUSED["an alias"][0]).errors
    assert "21 characters, and 20 are allowed" in error.message


@settings(max_examples=150)
@given(documents(schema, arguments={"first": ["1", "4", "10"], "last": ["3"]}, required={"listed": ["first: 6"]}))
def test_no_response_is_larger_than_estimated(document: str) -> None:
    assert validate(schema, parse(document)) == []
    cost, response = estimated(document), executed(document)
    assert len(response) <= cost.bytes
    assert fields_in(orjson.loads(response)["data"]) <= cost.fields


class _Fails:
    """An object whose every field fails."""

    def __getattr__(self, name: str) -> Any:
        raise ValueError(name)


async def test_the_errors_of_fields_are_limited() -> None:
    """Each repeats the names around it in its path."""
    server = Engine(schema, map_exception=lambda _: None, limits=Limits())
    root: Any = {"names": [], "all": [_Fails() for _ in range(60)]}
    document = parse("{ all { " + aliased(2, "name", 90) + " } }")
    result = execute_sync(schema, document, root)
    assert result.errors is not None
    assert len(result.errors) == 120
    body = server._format(result).body
    assert len(body["errors"]) == MAX_FIELD_ERRORS + 1
    assert body["errors"][-1]["extensions"]["code"] == "TOO_MANY_ERRORS"
    assert "120, and the first 100 are reported" in body["errors"][-1]["message"]


async def test_messages_about_variables_are_no_larger_than_the_variables() -> None:
    long = "v" * 50_000
    for variables in ({"n": long}, {"n": {long: long}}, {"n": [long] * 3}, {long: 1}):
        request = GraphQLRequest(WIDE, variables, None, safe=False)
        assert len(orjson.dumps((await engine().answer(request, None)).body)) < 1_000


def refused_names() -> Iterator[str]:
    yield from (document for document, code in REFUSED.values() if code == "NAME_TOO_LONG")


def test_no_refusal_repeats_a_long_name() -> None:
    for document in refused_names():
        found = Documents(schema, LIMITS, max_documents=1, max_characters=100_000).get(document)
        assert all(TOO_LONG not in error.message for error in found.errors)
