"""Introspection has the types of the GraphQL specification of September 2025, and nothing of later drafts."""

from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, get_introspection_query, introspection_types

from sessionql.graphql_server.documents.introspection_types import specified_introspection
from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.request import GraphQLRequest
from sessionql.schema.build import graphql_schema, services_schema
from tests.graphql_server.minimal_schema import schema

SCHEMAS = {"minimal": schema, "users": graphql_schema, "services": services_schema}
# Section 4.2 of the specification.
TYPES = {
    "__Schema": {"description", "types", "queryType", "mutationType", "subscriptionType", "directives"},
    "__Type": {
        "kind",
        "name",
        "description",
        "specifiedByURL",
        "fields",
        "interfaces",
        "possibleTypes",
        "enumValues",
        "inputFields",
        "ofType",
        "isOneOf",
    },
    "__Field": {"name", "description", "args", "type", "isDeprecated", "deprecationReason"},
    "__InputValue": {"name", "description", "type", "defaultValue", "isDeprecated", "deprecationReason"},
    "__EnumValue": {"name", "description", "isDeprecated", "deprecationReason"},
    "__Directive": {"name", "description", "isRepeatable", "locations", "args"},
    "__TypeKind": {"SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "LIST", "NON_NULL"},
    "__DirectiveLocation": {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
        "SCHEMA",
        "SCALAR",
        "OBJECT",
        "FIELD_DEFINITION",
        "ARGUMENT_DEFINITION",
        "INTERFACE",
        "UNION",
        "ENUM",
        "ENUM_VALUE",
        "INPUT_OBJECT",
        "INPUT_FIELD_DEFINITION",
    },
}
ARGS = {
    ("__Type", "fields"): ["includeDeprecated"],
    ("__Type", "enumValues"): ["includeDeprecated"],
    ("__Type", "inputFields"): ["includeDeprecated"],
    ("__Field", "args"): ["includeDeprecated"],
    ("__Directive", "args"): ["includeDeprecated"],
}
# Section 3.13.
DIRECTIVES = {
    "skip": ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"],
    "include": ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"],
    "deprecated": ["FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "ENUM_VALUE"],
    "specifiedBy": ["SCALAR"],
    "oneOf": ["INPUT_OBJECT"],
}
EVERYTHING = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
)


async def execute(schema: GraphQLSchema, query: str) -> Any:
    engine = Engine(schema, map_exception=lambda _: None)
    return (await engine.answer(GraphQLRequest(query, None, None, safe=False), None)).body


@pytest.mark.parametrize("name", SCHEMAS)
async def test_types_fields_arguments_and_values_are_those_of_the_specification(name: str) -> None:
    result = (await execute(SCHEMAS[name], EVERYTHING))["data"]["__schema"]
    types = {each["name"]: each for each in result["types"] if each["name"].startswith("__")}
    members = {each: types[each]["fields"] or types[each]["enumValues"] for each in types}
    assert {each: {member["name"] for member in members[each]} for each in members} == TYPES
    args = {
        (name, field["name"]): [arg["name"] for arg in field["args"]]
        for name, fields in members.items()
        for field in fields
        if field.get("args")
    }
    assert args == ARGS


@pytest.mark.parametrize("name", SCHEMAS)
async def test_directives_are_those_of_the_specification(name: str) -> None:
    result = (await execute(SCHEMAS[name], EVERYTHING))["data"]["__schema"]
    assert {each["name"]: each["locations"] for each in result["directives"]} == DIRECTIVES


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { directives { isDeprecated } } }",
        "{ __schema { directives { deprecationReason } } }",
        "{ __schema { directives(includeDeprecated: true) { name } } }",
    ],
)
async def test_fields_of_later_drafts_are_unknown(query: str) -> None:
    (error,) = (await execute(schema, query))["errors"]
    assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


async def test_a_type_can_be_looked_up_too() -> None:
    query = '{ __type(name: "__DirectiveLocation") { enumValues { name } } }'
    names = {each["name"] for each in (await execute(schema, query))["data"]["__type"]["enumValues"]}
    assert names == TYPES["__DirectiveLocation"]


async def test_directives_of_the_schema_itself_keep_their_locations() -> None:
    own = build_schema("directive @tag(name: String!) repeatable on FIELD | OBJECT type Query { a: Int }")
    query = "{ __schema { directives { name isRepeatable locations args { name } } } }"
    directives = (await execute(own, query))["data"]["__schema"]["directives"]
    tag = {"name": "tag", "isRepeatable": True, "locations": ["FIELD", "OBJECT"], "args": [{"name": "name"}]}
    assert tag in directives


def test_the_types_of_graphql_core_are_not_changed() -> None:
    """Other schemas in the process use them too."""
    specified_introspection(schema)
    assert schema.type_map["__Directive"] is introspection_types["__Directive"]
    assert "isDeprecated" in getattr(introspection_types["__Directive"], "fields", {})
