"""Expensive fields: an operation may have one of them, however it is written."""

import pytest
from graphql import parse

from sessionql.graphql_server.limits.exclusive_fields import too_many_exclusive

NAMES = frozenset({"login", "register"})


@pytest.mark.parametrize(
    "document",
    [
        "mutation { login }",
        "mutation { login logout refresh }",
        "mutation { login ...F } fragment F on Mutation { login }",
        "mutation A { login } mutation B { register }",
        "mutation { logout { login register } }",
        "mutation { ...F ...F ... { ...F } } fragment F on Mutation { a: login }",
        "{ a b }",
    ],
)
def test_one_is_accepted(document: str) -> None:
    assert too_many_exclusive(parse(document), NAMES) is None


@pytest.mark.parametrize(
    ("document", "number"),
    [
        ("mutation { login register }", 2),
        ("mutation { a: login b: login c: login }", 3),
        ("mutation { login ... { register } }", 2),
        ("mutation { login ...F } fragment F on Mutation { ...G } fragment G on Mutation { a: login }", 2),
        ("mutation { login @skip(if: true) a: login @include(if: false) }", 2),
        ("mutation A { login } mutation B { login register }", 2),
    ],
)
def test_more_are_rejected(document: str, number: int) -> None:
    rejected = too_many_exclusive(parse(document), NAMES)

    assert rejected is not None
    assert rejected.code == "TOO_MANY_EXPENSIVE_FIELDS"
    assert "`login`, `register`" in rejected.message
    assert f"this one has {number}" in rejected.message


def test_fragments_that_spread_each_other_take_no_exponential_time() -> None:
    chain = " ".join(f"fragment F{n} on Mutation {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    document = f"mutation {{ ...F0 }} {chain} fragment F60 on Mutation {{ login }}"

    assert too_many_exclusive(parse(document), NAMES) is None
