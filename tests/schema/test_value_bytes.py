"""The size of each value is known: no stored value is larger than the estimate of its field."""

from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest
from graphql import get_named_type, is_leaf_type, parse

from sessionql.graphql.limits import document_limits
from sessionql.graphql_server.limits.cost import Costs
from sessionql.graphql_server.limits.value_sizes import SCALARS, ValueSizes
from sessionql.page import page_documents
from sessionql.schema.build import graphql_schema, services_schema
from sessionql.schema.session_mutation import MAX_IDS
from sessionql.schema.value_bytes import NESTED_LIST_SIZE, VALUE_BYTES
from sessionql.settings.settings import Settings
from tests.schema.graphql_client import PASSWORD, GraphQLClient

WIDE = "\U0001f600"
"""Four bytes."""
USER_AGENT = (WIDE * 600).encode()
NAME = WIDE * 80
EMAIL = "a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".org"
ERRORS = "errors { ... on UserError { message code path } }"
SIZES = ValueSizes(graphql_schema, VALUE_BYTES, root_list_size=100, list_size=NESTED_LIST_SIZE)


def all_leaves(type_name: str, *more: str) -> str:
    fields: dict[str, Any] = graphql_schema.type_map[type_name].fields  # type: ignore[attr-defined]
    leaves = [name for name, field in fields.items() if is_leaf_type(get_named_type(field.type))]
    return "{ " + " ".join([*leaves, *more]) + " }"


SESSION = all_leaves("Session", "deviceInfo " + all_leaves("DeviceInfo"), "location " + all_leaves("Location"))
EVENT = all_leaves("SecurityEvent", f"session {SESSION}", f"actor {SESSION}")
PAGE = all_leaves("PageInfo")
EVERYTHING = f"""{{
  me {
    all_leaves(
        "User",
        f"currentSession {SESSION}",
        "sessionStats " + all_leaves("SessionStats", "byDeviceKind " + all_leaves("DeviceKindCount")),
    )
}
  mySessions {SESSION}
}}"""
PAGES = f"""{{ me {{
  sessions {{ totalCount pageInfo {PAGE} edges {{ cursor node {SESSION} }} }}
  securityEvents {{ totalCount pageInfo {PAGE} edges {{ cursor node {EVENT} }} }}
}} }}"""
TOKENS = "tokens " + all_leaves("AuthTokens")


def leaves(value: Any, type_: Any) -> Iterator[tuple[Any, str, Any]]:
    """Each leaf of a response: the type of its object, the name of its field, and the value."""
    for each in value if isinstance(value, list) else [value]:
        if each is None:
            continue
        for name, inner in each.items():
            of: Any = type_ if name in getattr(type_, "fields", ()) else graphql_schema.type_map["UserError"]
            returned = get_named_type(of.fields[name].type)
            if is_leaf_type(returned):
                yield of, name, inner
            else:
                yield from leaves(inner, returned)


def check(data: Any, root: Any) -> set[str]:
    """Compare all values with their estimates; returns the coordinates of those that need most of it."""
    full = set()
    for type_, name, value in leaves(data, root):
        size, estimate = len(orjson.dumps(value)), SIZES.of(type_, name)
        assert size <= estimate, (type_.name, name, value)
        if size > estimate * 0.9:
            full.add(f"{type_.name}.{name}")
    return full


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_longest_values_are_no_larger_than_estimated(http: httpx.AsyncClient) -> None:
    query, mutation = graphql_schema.query_type, graphql_schema.mutation_type
    ana = await GraphQLClient(http, USER_AGENT).register(EMAIL, sessionName=NAME)
    full = check(await ana.get(EVERYTHING), query) | check(await ana.get(PAGES), query)
    expected = {"Session.id", "Session.name", "Session.userAgent", "Session.createdAt", "SecurityEvent.occurredAt"}
    assert expected <= full, "the values of this test are the longest"
    for document, variables in (
        (f"mutation($i: LoginInput!) {{ login(input: $i) {{ {TOKENS} {ERRORS} }} }}", {"email": EMAIL}),
        (f"mutation($i: LoginInput!) {{ login(input: $i) {{ {ERRORS} }} }}", {"email": "a@" + "b" * 252}),
        (f"mutation($i: RegisterInput!) {{ register(input: $i) {{ {ERRORS} }} }}", {"email": WIDE * 254}),
        (f"mutation($i: RegisterInput!) {{ register(input: $i) {{ {ERRORS} }} }}", {"email": f"a@{WIDE * 250}.org"}),
        (f"mutation($i: RegisterInput!) {{ register(input: $i) {{ {ERRORS} }} }}", {"email": '"' * 254}),
    ):
        check(await ana.get(document, i={**variables, "password": PASSWORD}), mutation)


def test_lists_of_ids_are_as_long_as_their_limit() -> None:
    ids = ["0193b5b6-5a4c-7f3e-8a1b-0123456789ab"] * MAX_IDS
    assert len(orjson.dumps(ids)) <= VALUE_BYTES["RevokeAllSessionsPayload.revokedSessionIds"]


def test_every_name_in_the_table_exists() -> None:
    for name in VALUE_BYTES:
        type_name, _, field = name.partition(".")
        types = [schema.type_map.get(type_name) for schema in (graphql_schema, services_schema)]
        assert any(type_ is not None and (not field or field in type_.fields) for type_ in types), name  # type: ignore[attr-defined]


def test_every_scalar_of_the_schemas_is_in_the_table() -> None:
    for schema in (graphql_schema, services_schema):
        scalars = {name for name, type_ in schema.type_map.items() if type(type_).__name__ == "GraphQLScalarType"}
        assert scalars <= VALUE_BYTES.keys() | SCALARS.keys()


def test_the_default_limits_are_ten_times_the_largest_operation_of_the_page() -> None:
    settings = Settings()
    costs = Costs(graphql_schema, document_limits(settings))
    found = [costs.of(parse(entry.text)) for entry in page_documents()]
    assert 10 * max(cost.fields for cost in found) <= settings.max_cost < 12 * max(cost.fields for cost in found)
    assert 10 * max(cost.bytes for cost in found) <= settings.max_response_bytes
