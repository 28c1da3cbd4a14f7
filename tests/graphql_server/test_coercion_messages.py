"""Messages for invalid values of every input type contain no word of Python and do not repeat the value."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    is_input_type,
)

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.outcome import Answer
from sessionql.graphql_server.request import GraphQLRequest
from sessionql.schema.build import executor_class, graphql_schema, services_schema
from tests.graphql_server.coercion_corpus import DIGITS, VALUES, problems
from tests.graphql_server.minimal_schema import schema as minimal_schema

EVERY_KIND = build_schema("""
    scalar Custom
    enum Color { RED GREEN }
    input Nested { id: ID! color: Color = RED ints: [Int!] nested: Nested floats: [[Float]] }
    input One @oneOf { a: Int b: String }
    directive @size(of: Int!) on FIELD
    type Query {
      int(value: Int): Int intNeeded(value: Int!): Int float(value: Float): Int string(value: String): Int
      boolean(value: Boolean!): Int id(value: ID): Int custom(value: Custom): Int color(value: Color!): Int
      nested(value: Nested!): Int one(value: One!): Int ints(value: [Int!]!): Int lists(value: [[Color]]): Int
    }
""")
SCHEMAS = {"every kind": EVERY_KIND, "minimal": minimal_schema, "users": graphql_schema, "services": services_schema}
WIDE = Limits(characters=10**6, tokens=10**5, values=10**5, validation_errors=1000)


def arguments(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLArgument]]:
    """Every argument of every root field, with the operation type and the name of the field."""
    for operation, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        for field_name, field in (root.fields if root else {}).items():
            for name, argument in field.args.items():
                yield operation, f"{field_name}({name}: %s)", argument


def selection(schema: GraphQLSchema, operation: str, call: str) -> str:
    root = schema.query_type if operation == "query" else schema.mutation_type
    assert root is not None
    named = str(root.fields[call.partition("(")[0]].type).strip("[]!")
    is_leaf = not hasattr(schema.type_map[named], "fields") and not hasattr(schema.type_map[named], "types")
    return call if is_leaf else f"{call} {{ __typename }}"


def needed(argument: GraphQLArgument) -> GraphQLInputType:
    """The non-null type of an argument: a variable of this type is valid with any default."""
    return argument.type if isinstance(argument.type, GraphQLNonNull) else GraphQLNonNull(argument.type)


def messages(answer: Answer) -> list[str]:
    return [error["message"] for error in answer.body.get("errors", ())]


@pytest.mark.parametrize("name", SCHEMAS)
async def test_no_word_of_the_interpreter_in_errors_of_variables_and_literals(name: str) -> None:
    schema = SCHEMAS[name]
    engine = Engine(schema, map_exception=lambda _: None, executor_class=executor_class, limits=WIDE)
    rejected = 0
    for operation, call, argument in arguments(schema):
        for value, literal in VALUES.values():
            used = selection(schema, operation, call % "$v")
            with_variable = f"{operation}($v: {needed(argument)}) {{ {used} }}"
            with_default = f"{operation}($v: {argument.type} = {literal}) {{ {used} }}"
            with_literal = f"{operation} {{ {selection(schema, operation, call % literal)} }}"
            requests = [
                GraphQLRequest(with_variable, {"v": value}, None, safe=False),
                GraphQLRequest(with_literal, None, None, safe=False),
                GraphQLRequest(with_default, None, None, safe=False),
            ]
            for request in requests:
                # Only rejected values are tested: an accepted value would be executed.
                answer = rejection(engine, request)
                if answer is not None:
                    rejected += 1
                    assert messages(answer)
                    assert problems(messages(answer)) == [], (request.query[:300], messages(answer))
    assert rejected > len(VALUES)


def rejection(engine: Engine, request: GraphQLRequest) -> Answer | None:
    """The response to a request that is rejected by validation or by the coercion of variables. No other request is
    executed.
    """
    prepared = engine._prepare(request, None)
    if isinstance(prepared, Answer):
        return prepared
    build = engine._executor_class.build
    built = build(prepared.schema, prepared.document, raw_variable_values=request.variables)
    return engine._source_failed(built) if isinstance(built, list) else None


@pytest.mark.parametrize(
    "query",
    [
        f"{{ int(value: {DIGITS}) }}",
        f"query($v: Int = {DIGITS}) {{ int(value: $v) }}",
        f"{{ ints(value: [1, {DIGITS}]) }}",
        f"{{ nested(value: {{id: 1, ints: [{DIGITS}]}}) }}",
        f"{{ int @size(of: {DIGITS}) }}",
        f"{{ int @skip(if: {DIGITS}) }}",
    ],
)
async def test_an_integer_of_5000_digits_is_rejected_by_its_type(query: str) -> None:
    engine = Engine(EVERY_KIND, map_exception=lambda _: None, limits=WIDE)
    answer = await engine.answer(GraphQLRequest(query, None, None, safe=False), None)
    assert messages(answer)
    assert problems(messages(answer)) == []
    assert {error["extensions"]["code"] for error in answer.body["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}


def _fail(_value: object) -> object:
    raise ValueError("int() of a dict is None")


async def test_the_text_of_an_exception_of_a_scalar_is_not_sent_unless_it_is_one_of_graphql() -> None:
    custom = GraphQLScalarType("Custom", coerce_input_value=_fail)
    explained = GraphQLScalarType("Explained", coerce_input_value=_reject)
    args = {"value": GraphQLArgument(custom), "explained": GraphQLArgument(explained)}
    schema = GraphQLSchema(GraphQLObjectType("Query", {"field": GraphQLField(GraphQLInt, args=args)}))
    engine = Engine(schema, map_exception=lambda _: None)
    for query, variables, message in (
        ("{ field(value: 1) }", None, "Expected value of type 'Custom'."),
        ("{ field(explained: 1) }", None, "Write it like x."),
        ("query($v: Custom) { field(value: $v) }", {"v": 1}, "invalid value: Expected value of type 'Custom'."),
        ("query($v: Explained) { field(explained: $v) }", {"v": 1}, "invalid value: Write it like x."),
    ):
        answer = await engine.answer(GraphQLRequest(query, variables, None, safe=False), None)
        (found,) = messages(answer)
        assert found.endswith(message)


def _reject(_value: object) -> object:
    raise GraphQLError("Write it like x.")


def test_every_kind_of_input_type_is_in_the_schema() -> None:
    kinds = {type(each) for each in EVERY_KIND.type_map.values() if is_input_type(each)}
    assert kinds == {GraphQLScalarType, GraphQLEnumType, GraphQLInputObjectType}
