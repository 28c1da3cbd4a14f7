"""How deep a document nests, whatever it nests with."""

import pytest
from graphql import parse

from graphql_server.depth import depth_of


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
    assert depth_of(parse(document)) == depth


def test_fragments_that_double_are_looked_at_once() -> None:
    doubling = " ".join(f"fragment F{n} on Q {{ a {{ ...F{n + 1} ...F{n + 1} }} }}" for n in range(2_000))
    assert depth_of(parse(f"{{ ...F0 }} {doubling} fragment F2000 on Q {{ a }}")) == 2_001
