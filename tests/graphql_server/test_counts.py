"""What a document has: fragments count as often as they are spread, and are looked at once."""

import pytest
from graphql import parse

from sessionql.graphql_server.limits.counts import SATURATED, Counts, counts_of


@pytest.mark.parametrize(
    ("document", "aliases", "root_fields", "directives"),
    [
        ("{ a }", 0, 1, 0),
        ("{ a { b c } d }", 0, 2, 0),
        ("{ x: a { y: b { z: c } } }", 3, 1, 0),
        ("{ ... { a } ... on Q { b ... { c } } }", 0, 3, 0),
        ("{ a { ... { x: b } } }", 1, 1, 0),
        ("query A { x: a } query B { x: a b }", 2, 3, 0),
        ("{ ...F ...F ...F } fragment F on Q { x: a b }", 3, 6, 0),
        ("{ a { ...F ...F } } fragment F on Q { x: b }", 2, 1, 0),
        ("{ ...F a { ...F } } fragment F on Q { x: b }", 2, 2, 0),
        ("{ ...F ...F } fragment G on Q { x: a } fragment F on Q { ...G ... { ...G } }", 4, 4, 0),
        ("query($v: Int @d) @d { a @d @d ...F @d ... @d { b } } fragment F on Q @d { c }", 0, 3, 7),
        ("{ ...F ...F } fragment F on Q { c @d }", 0, 2, 2),
        ("{ a } fragment F on Q { c @d }", 0, 1, 1),
        ("{ ...F } fragment F on Q { x: a ...F }", 1, 1, 0),
        ("{ ...F } fragment F on Q { x: a ...G } fragment G on Q { y: b ...F }", 2, 2, 0),
        ("{ ...Nowhere }", 0, 0, 0),
        ("type Q @d { a: Int }", 0, 0, 1),
        ("fragment F on Q { x: a }", 0, 0, 0),
    ],
)
def test_everything_counts_where_it_will_be(document: str, aliases: int, root_fields: int, directives: int) -> None:
    assert counts_of(parse(document)) == Counts(aliases, root_fields, directives)


def test_fragments_that_double_are_looked_at_once() -> None:
    doubling = " ".join(f"fragment F{n} on Q {{ ...F{n + 1} ...F{n + 1} }}" for n in range(2_000))
    document = parse(f"{{ ...F0 }} {doubling} fragment F2000 on Q {{ x: a @d }}")
    assert counts_of(document) == Counts(SATURATED, SATURATED, SATURATED)


def test_everybody_spreading_everybody_is_looked_at_once() -> None:
    spreads = " ".join(f"...F{n}" for n in range(150))
    fragments = " ".join(f"fragment F{n} on Q {{ {spreads} }}" for n in range(150))
    assert counts_of(parse(f"{{ ...F0 }} {fragments}")) == Counts()


def test_ten_thousand_operations_are_counted_together() -> None:
    document = parse(" ".join(f"query A{n} {{ x: a @d }}" for n in range(10_000)))
    assert counts_of(document) == Counts(10_000, 10_000, 10_000)


def test_no_depth_overflows() -> None:
    # Deeper than the parser lets through: fragments in a chain as long as a document may be.
    chain = " ".join(f"fragment F{n} on Q {{ a {{ ...F{n + 1} }} }}" for n in range(10_000))
    assert counts_of(parse(f"{{ ...F0 }} {chain} fragment F10000 on Q {{ x: a }}")) == Counts(1, 1, 0)
