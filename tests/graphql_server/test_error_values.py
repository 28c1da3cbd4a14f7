"""Errors of the engine describe the problem and its location, and never repeat the value: it may be a password."""

import pytest
from graphql import build_schema

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.request import GraphQLRequest

SECRET = "hunter2: found: a 'value'; \"x\""
TOKEN = "token_" + "hunter2" * 6
SCHEMA = build_schema("""
input LogIn { password: String! remember: Boolean times: Int }
type Query { logIn(input: LogIn!, code: Int): String }
""")
WITH_VARIABLE = "query($input: LogIn!) { logIn(input: $input) }"
QUOTED = '"' + SECRET.replace('"', '\\"') + '"'


@pytest.mark.parametrize(
    ("query", "value", "message"),
    [
        (WITH_VARIABLE, {"password": [SECRET]}, "at .password: String cannot represent a non string value."),
        (WITH_VARIABLE, {"password": SECRET, "more": 1}, "not to include unknown field 'more'."),
        (WITH_VARIABLE, {"passwort": SECRET}, "to include required field 'password'."),
        (WITH_VARIABLE, SECRET, "Expected value of type 'LogIn' to be an object."),
        (WITH_VARIABLE, {"password": "x", "remember": SECRET}, "Boolean cannot represent a non boolean value."),
        (WITH_VARIABLE, {"password": "x", "times": SECRET}, "Int cannot represent non-integer value."),
        (f"{{ logIn(input: {{ password: [{QUOTED}] }}) }}", None, "String cannot represent a non string value."),
        (f"{{ logIn(input: {QUOTED}) }}", None, "Expected value of type 'LogIn' to be an object."),
        (f"{{ logIn({QUOTED}) }}", None, "Syntax Error: Expected Name, found a string."),
        (TOKEN, None, "Syntax Error: Unexpected Name '…'."),
        (f"{{ {TOKEN} }}", None, "Cannot query field '…' on type 'Query'."),
        (f"{{ logIn(code: {QUOTED}) }}", None, "Int cannot represent non-integer value."),
    ],
)
async def test_the_value_is_not_repeated(query: str, value: object, message: str) -> None:
    answer = await Engine(SCHEMA, map_exception=lambda _: None).answer(
        GraphQLRequest(query, {"input": value}, None, safe=False), None
    )
    messages = [error["message"] for error in answer.body["errors"]]
    assert any(message in each for each in messages), messages
    assert "hunter2" not in str(answer.body)


async def test_a_suggestion_of_a_name_is_kept() -> None:
    answer = await Engine(SCHEMA, map_exception=lambda _: None).answer(
        GraphQLRequest(WITH_VARIABLE, {"input": {"passwort": SECRET}}, None, safe=False), None
    )
    assert answer.body["errors"][-1]["message"].endswith("unknown field 'passwort'. Did you mean 'password'?")
