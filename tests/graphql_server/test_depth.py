"""How deep a document nests, whatever it nests with."""

import pytest
from graphql import parse

from sessionql.graphql_server.limits.depth import Depths, depths_of


@pytest.mark.parametrize(
    ("document", "depth"),
    [
        ("{ a }", 1),
        ("{ a { b } c }", 2),
        ("{ a { b { c } } ... { d } }", 3),
        ("query A { a } query B { a { b } }", 2),
        ("{ ...F } fragment F on Q { a { b } }", 2),
        ("{ a { ...F } } fragment F on Q { a { b } }", 3),
        ("{ ...F } fragment G on Q { a { b } } fragment F on Q { a { ...G } }", 3),
        ("{ ...F a { b } }", 2),
        ("{ ...F } fragment F on Q { a { ...F } }", 2),
        ("{ ...F } fragment F on Q { a { ...G } } fragment G on Q { a { ...F } }", 3),
        ("fragment F on Q { a { b } }", 0),
        ("type Q { a: Int }", 0),
    ],
)
def test_every_way_of_nesting_counts_once(document: str, depth: int) -> None:
    assert depths_of(parse(document)).selections == depth


def test_fragments_that_double_are_looked_at_once() -> None:
    doubling = " ".join(f"fragment F{n} on Q {{ a {{ ...F{n + 1} ...F{n + 1} }} }}" for n in range(2_000))
    assert depths_of(parse(f"{{ ...F0 }} {doubling} fragment F2000 on Q {{ a }}")) == Depths(2_001, 4_002)


@pytest.mark.parametrize(
    ("document", "depth"),
    [
        ("{ a { b } }", 2),
        ("{ ...F } fragment F on Q { a { b } }", 3),
        ("{ a { ...F } } fragment F on Q { ...G } fragment G on Q { a }", 4),
        ("{ ...F } fragment F on Q { ...F }", 2),
        ("{ a } fragment F on Q { ...G } fragment G on Q { ...H } fragment H on Q { a }", 3),
        ("{ ...Unknown }", 1),
    ],
)
def test_for_validating_each_spread_is_a_level_more(document: str, depth: int) -> None:
    assert depths_of(parse(document)).with_spreads == depth
