"""The cost of a document: the sizes of nested pages are multiplied."""

import pytest
from graphql import build_schema, parse

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.limits.cost import Costs
from sessionql.graphql_server.limits.document_size import SATURATED
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.outcome import Outcome
from sessionql.graphql_server.request import GraphQLRequest

SCHEMA = build_schema("""
    type Query { all: [Item!]! one: Item names: [String!]! }
    type Item { id: ID pages(first: Int, last: Int): Pages all: [Item!] }
    type Pages { items: [Item!]! }
""")


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        ("{ one { id } }", 2),
        ("{ names }", 1),
        ("{ one { all { id } } }", 1 + 1 + 100 * 1),
        ("{ all { id } }", 1 + 100),
        ("{ one { pages(first: 3) { items { id } } } }", 1 + 1 + 3 * 2),
        ("{ one { pages(last: 3) { items { id } } } }", 1 + 1 + 3 * 2),
        ("{ one { pages { items { id } } } }", 1 + 1 + 20 * 2),
        ("query($n: Int) { one { pages(first: $n) { items { id } } } }", 1 + 1 + 100 * 2),
        ("{ one { pages(first: 1000000) { items { id } } } }", 1 + 1 + 100 * 2),
        ("{ one { pages(first: -1000000) { items { id } } } }", 1 + 1 + 1 * 2),
        ("{ all { id } one { pages(last: -2147483648) { items { id } } } }", 101 + 1 + 1 + 1 * 2),
        ("{ one { pages(first: 0) { items { id } } } }", 1 + 1 + 1 * 2),
        ("{ all { ...F } } fragment F on Item { id ... { a: id } }", 1 + 100 * 2),
        ("query A { one { id } } query B { all { id } }", 101),
        ("{ all { pages(first: 10) { items { pages(first: 10) { items { id } } } } } }", 1 + 100 * (1 + 10 * 22)),
    ],
)
def test_pages_and_lists_multiply(document: str, cost: int) -> None:
    assert Costs(SCHEMA, Limits(page_size=20)).of(parse(document)).fields == cost


@pytest.mark.parametrize(("largest", "page", "whole"), [(20, 20, 100), (100, 100, 100), (500, 500, 500)])
def test_the_maximum_page_size_is_the_one_of_the_settings(largest: int, page: int, whole: int) -> None:
    costs = Costs(SCHEMA, Limits(list_size=largest, unpaged_list_size=100))
    assert costs.of(parse("query($n: Int) { one { pages(first: $n) { items { id } } } }")).fields == 1 + 1 + page * 2
    assert costs.of(parse("{ one { pages(first: 1000) { items { id } } } }")).fields == 1 + 1 + page * 2
    assert costs.of(parse("{ all { id } }")).fields == 1 + whole


@pytest.mark.parametrize(
    ("limits", "page", "unpaged"),
    [
        (Limits(page_size=20), 20, 100),
        (Limits(page_size=50), 50, 100),
        (Limits(page_size=50, list_size=200), 50, 200),
        (Limits(list_size=200), 200, 200),
        (Limits(unpaged_list_size=300), 100, 300),
        (Limits(unpaged_list_size=30), 100, 100),
    ],
)
def test_the_default_sizes_of_pages_and_lists_are_those_of_the_limits(limits: Limits, page: int, unpaged: int) -> None:
    costs = Costs(SCHEMA, limits)
    assert costs.of(parse("{ one { pages { items { id } } } }")).fields == 1 + 1 + page * 2
    assert costs.of(parse("{ all { id } }")).fields == 1 + unpaged


def test_a_size_with_more_digits_than_python_converts_counts_as_the_largest_page() -> None:
    schema = build_schema("scalar Big type Query { pages(first: Big): Page } type Page { id: ID }")
    for sign in ("", "-"):
        document = parse(f"{{ pages(first: {sign}{'9' * 5_000}) {{ id }} }}")
        assert Costs(schema, Limits(list_size=70)).of(document).fields == 1 + 70


def test_fragments_that_double_are_counted_once() -> None:
    doubling = " ".join(f"fragment F{n} on Item {{ ...F{n + 1} ...F{n + 1} }}" for n in range(300))
    document = parse(f"{{ one {{ ...F0 }} }} {doubling} fragment F300 on Item {{ id }}")
    assert Costs(SCHEMA, Limits()).of(document).fields == SATURATED


async def test_a_document_that_costs_too_much_is_rejected_with_its_cost_and_the_limit() -> None:
    engine = Engine(SCHEMA, map_exception=lambda _: None, limits=Limits(cost=100))
    answer = await engine.answer(GraphQLRequest("{ all { id } }", None, None, safe=False), None)
    assert answer.outcome is Outcome.INVALID
    (error,) = answer.body["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_COSTLY"
    assert "up to 101 fields, and 100 are allowed" in error["message"]
