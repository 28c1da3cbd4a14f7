"""Documents with a mistake for which the GraphQL library has a suggestion: one for each of
its functions that suggest.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import graphql


class Mistake(NamedTuple):
    """A document with a mistake, the suggested name, and the function of the library that suggests it."""

    place: str
    query: str
    suggested: str
    variables: dict[str, Any] = {}  # noqa: RUF012 - never changed


FIELDS = "fields_on_correct_type.enter_field"
ARGUMENTS = "known_argument_names.enter_argument"
DIRECTIVES = "known_argument_names.enter_directive"
TYPES = "known_type_names.enter_named_type"
LEAFS = "scalar_leafs.enter_field"
INPUT = "validate_input_value.validate_input_value_impl"
LITERAL = "validate_input_value.validate_input_literal_impl"
ENUM = "definition.coerce_input_value"
ENUM_LITERAL = "definition.coerce_input_literal"

# A message names the type of the mistake. Each document contains this type, so that other names would be found.
USERS = [
    Mistake(FIELDS, "{ ... on Query { mySesions { id } } }", "mySessions"),
    Mistake(FIELDS, "{ mySessions { ... on Session { devic } } }", "device"),
    Mistake(FIELDS, "mutation { ... on Mutation { revokeSesion } }", "revokeSession"),
    Mistake(FIELDS, '{ node(id: "x") { ... on Node { device } } }', "Session"),
    Mistake(ARGUMENTS, "{ me { ... on User { sessions(frist: 1) { totalCount } } } }", "first"),
    Mistake(DIRECTIVES, "{ __typename @include(iff: true, if: true) }", "if"),
    Mistake(TYPES, '{ node(id: "x") { ... on Sesion { id } } }', "Session"),
    Mistake(TYPES, "query($i: LoginInputs) { __typename }", "LoginInput"),
    Mistake(LEAFS, "fragment F on User { id } { me }", "me { ... }"),
    Mistake(
        LITERAL,
        'mutation($f: SessionFilter) { revokeSessions(filter: {serch: "x"}) { revokedCount } }',
        "search",
    ),
    Mistake(ENUM_LITERAL, "query($d: TokenDelivery = COOKI) { __typename }", "COOKIE"),
    Mistake(
        ENUM_LITERAL,
        "query($o: OrderDirection) { me { sessions(orderBy: {direction: DES}) { totalCount } } }",
        "DESC",
    ),
    Mistake(
        INPUT,
        "mutation($i: LoginInput!) { login(input: $i) { __typename } }",
        "sessionName",
        {"i": {"email": "ana@example.com", "password": "x", "sessionNam": "x"}},
    ),
    Mistake(
        INPUT,
        "query($f: SessionFilter) { me { sessions(filter: $f) { totalCount } } }",
        "search",
        {"f": {"serch": "x"}},
    ),
    Mistake(
        ENUM,
        "mutation($d: TokenDelivery!) "
        '{ login(input: {email: "ana@example.com", password: "x", delivery: $d}) { __typename } }',
        "BEARER",
        {"d": "BEARE"},
    ),
    Mistake(
        ENUM,
        "query($o: SessionOrder, $f: SessionOrderField) "
        "{ me { a: sessions(orderBy: $o) { totalCount } b: sessions(orderBy: {field: $f}) { totalCount } } }",
        "LAST_ACTIVE",
        {"o": {"field": "LAST_ACTIV"}},
    ),
]
SERVICES = [
    Mistake(FIELDS, "{ ... on Query { servicekey { name } } }", "serviceKey"),
    Mistake(FIELDS, "mutation { ... on Mutation { disableUsr } }", "disableUser"),
    Mistake(ARGUMENTS, "{ ... on Query { adminActions(frist: 1) { id } } }", "first"),
    Mistake(DIRECTIVES, "{ __typename @skip(iff: true, if: true) }", "if"),
    Mistake(TYPES, "fragment F on ServiceKeys { id } { serviceKey { ...F } }", "ServiceKey"),
    Mistake(LEAFS, "fragment F on ServiceKey { id } { serviceKey }", "serviceKey { ... }"),
    Mistake(
        LITERAL,
        "query($by: UserLookup) { user(by: {emial: 1}) { id } }",
        "email",
    ),
    Mistake(ENUM_LITERAL, "query($s: Scope = OPERATR) { __typename }", "OPERATOR"),
    Mistake(
        INPUT,
        "mutation($i: CreateSessionInput!) { createSession(input: $i) { __typename } }",
        "ipAddress",
        {"i": {"subject": "x", "ipAdress": "x"}},
    ),
    Mistake(
        ENUM,
        'query($s: SessionState!) { user(by: {email: "x"}) { sessions(filter: {states: [$s]}) { totalCount } } }',
        "EXPIRED",
        {"s": "EXPIRE"},
    ),
]

SUGGEST = {"did_you_mean", "did_you_mean_enum_value"}
ELSEWHERE = {
    "did_you_mean.did_you_mean": "what the others call",
    "definition.did_you_mean_enum_value": "the same",
    "lexer.read_next_token": "of GraphQL's own signs",
    "possible_type_extensions.check_extension": "of a schema that is being written",
    "known_argument_names.enter_fragment_argument": "of syntax that is not read",
}
"""Functions that suggest nothing of a schema that is served, and why."""


def suggesting_functions() -> set[str]:
    """The functions of the installed library that suggest something."""
    folder = Path(graphql.__file__).parent
    functions = (
        (f"{path.stem}.{node.name}", node)
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    )
    return {name for name, node in functions if any(_suggesting(node))}


def _suggesting(function: ast.FunctionDef) -> Iterator[bool]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id in SUGGEST
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield "id you mean " in node.value and node.value != ast.get_docstring(function, clean=False)
