"""Messages of graphql-core that the engine recognises by their text. A case fails when graphql-core changes a text."""

import re
from collections.abc import Callable

import pytest
from graphql import GraphQLError, build_schema, execute_sync, parse, validate
from graphql.validation import ScalarLeafsRule

from sessionql.graphql_server.engine_messages import (
    for_client,
    is_nesting_limit,
    is_result_error,
    is_token_limit,
    without_suggestion,
)

SCHEMA = build_schema("""
    enum Color { RED }
    interface Animal { name: String }
    type Dog implements Animal { name: String }
    type Query { animal: Animal list: [Int] result: Color color(of: Color): Int int(of: Int!): Int dog: Dog }
""")


def message_of(source: str, max_tokens: int | None = None) -> str:
    with pytest.raises(GraphQLError) as raised:
        parse(source, max_tokens=max_tokens)
    return raised.value.message


def validation_message(source: str) -> str:
    (error,) = validate(SCHEMA, parse(source))
    return error.message


def variable_message(source: str, **variables: object) -> str:
    result = execute_sync(SCHEMA, parse(source), variable_values=variables)
    assert result.errors
    return result.errors[0].message


def result_message(source: str, root: object) -> str:
    result = execute_sync(SCHEMA, parse(source), root)
    assert result.errors
    return result.errors[0].message


def test_the_limits_of_the_parser_are_recognised() -> None:
    assert is_token_limit(message_of("{ a b c }", max_tokens=2))
    for deep in ("{ a" * 300, "{ a(b: " + "[" * 300, "query($a: " + "[" * 300):
        assert is_nesting_limit(message_of(deep))
    assert not is_token_limit(message_of("{"))
    assert not is_nesting_limit(message_of("{"))


def test_a_suggestion_is_recognised() -> None:
    (error,) = validate(SCHEMA, parse("{ dog }"), [ScalarLeafsRule])
    assert "Did you mean" in error.message
    assert without_suggestion(error.message) == "Field 'dog' of type 'Dog' must have a selection of subfields."


@pytest.mark.parametrize(
    ("message", "matched", "expected"),
    [
        (
            lambda: validation_message("{ int(of: null) }"),
            "None",
            "Expected value of non-null type 'Int!' not to be null.",
        ),
        (
            lambda: variable_message("query($v: Int!) { int(of: $v) }", v=None),
            "None",
            "Variable '$v' has invalid value: Expected value of non-null type 'Int!' not to be null.",
        ),
        (
            lambda: validation_message("{ int(of: " + "9" * 5_000 + ") }"),
            "set_int_max_str_digits",
            "Expected value of type 'Int'.",
        ),
        (lambda: validation_message('{ int(of: "secret") }'), "secret", "Int cannot represent non-integer value."),
        (lambda: validation_message("{ color(of: SECRET) }"), "SECRET", "The value does not exist in 'Color' enum."),
        (lambda: message_of('{ "secret" }'), "secret", "Syntax Error: Expected Name, found a string."),
        (lambda: message_of('{ """secret""" }'), "secret", "Syntax Error: Expected Name, found a string."),
    ],
)
def test_values_exceptions_and_words_of_python_are_removed(
    message: Callable[[], str], matched: str, expected: str
) -> None:
    assert matched in message()
    assert for_client(message()) == expected


@pytest.mark.parametrize(
    ("source", "root"),
    [
        ("{ list }", {"list": 7}),
        ("{ animal { name } }", {"animal": {}}),
        ("{ animal { name } }", {"animal": {"__typename": 7}}),
        ("{ animal { name } }", {"animal": {"__typename": "Cat"}}),
        ("{ animal { name } }", {"animal": {"__typename": "Query"}}),
        ("{ animal { name } }", {"animal": {"__typename": "Color"}}),
        ("{ list }", {"list": ["seven"]}),
        ("{ list }", {"list": [2**31]}),
        ("{ animal { name } }", {"animal": {"__typename": "Dog", "name": {}}}),
        ("{ result }", {"result": "BLUE"}),
    ],
)
def test_results_that_do_not_fit_the_schema_are_recognised(source: str, root: object) -> None:
    assert is_result_error(result_message(source, root))


def test_errors_of_clients_are_not_errors_of_results() -> None:
    for message in ("Cannot return null for non-nullable field Query.a.", validation_message("{ int(of: null) }")):
        assert not is_result_error(message)
        assert not re.search(r"resolve|Iterable", message)
