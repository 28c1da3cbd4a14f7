"""The size of a document: fragments count as often as they are spread, and are read once."""

import pytest
from graphql import parse

from sessionql.graphql_server.limits.document_size import SATURATED, size_of


def counts(document: str) -> tuple[int, int, int]:
    size = size_of(parse(document))
    return size.aliases, size.root_fields, size.directives


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
def test_every_selection_is_counted(document: str, aliases: int, root_fields: int, directives: int) -> None:
    assert counts(document) == (aliases, root_fields, directives)


def test_fragments_that_double_are_counted_in_linear_time() -> None:
    doubling = " ".join(f"fragment F{n} on Q {{ ...F{n + 1} ...F{n + 1} }}" for n in range(2_000))
    document = f"{{ ...F0 }} {doubling} fragment F2000 on Q {{ x: a @d }}"
    assert counts(document) == (SATURATED, SATURATED, SATURATED)


def test_fragments_that_all_spread_all_are_counted_in_linear_time() -> None:
    spreads = " ".join(f"...F{n}" for n in range(150))
    fragments = " ".join(f"fragment F{n} on Q {{ {spreads} }}" for n in range(150))
    assert counts(f"{{ ...F0 }} {fragments}") == (0, 0, 0)


def test_ten_thousand_operations_are_counted_together() -> None:
    document = " ".join(f"query A{n} {{ x: a @d }}" for n in range(10_000))
    assert counts(document) == (10_000, 10_000, 10_000)


def test_no_depth_overflows_the_stack() -> None:
    # Deeper than the parser allows: a chain of fragments of the maximum document size.
    chain = " ".join(f"fragment F{n} on Q {{ a {{ ...F{n + 1} }} }}" for n in range(10_000))
    assert counts(f"{{ ...F0 }} {chain} fragment F10000 on Q {{ x: a }}") == (1, 1, 0)


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
def test_every_kind_of_nesting_counts_as_a_level(document: str, depth: int) -> None:
    assert size_of(parse(document)).depth == depth


def test_the_depth_of_fragments_that_double_is_computed_in_linear_time() -> None:
    doubling = " ".join(f"fragment F{n} on Q {{ a {{ ...F{n + 1} ...F{n + 1} }} }}" for n in range(2_000))
    size = size_of(parse(f"{{ ...F0 }} {doubling} fragment F2000 on Q {{ a }}"))
    assert (size.depth, size.validation_depth) == (2_001, 4_002)


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
def test_for_validation_each_spread_counts_as_one_more_level(document: str, depth: int) -> None:
    assert size_of(parse(document)).validation_depth == depth
