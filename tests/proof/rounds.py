"""How long the proofs go on: a moment with every `make test`, some minutes with `make proof`."""

import os

TIMES = int(os.environ.get("SESSIONQL_TEST_ROUNDS", "1"))
"""How many times as long as in `make test`."""

LONG = TIMES > 1


def assert_both(seen: set[bool]) -> None:
    """A race has both ends, seen often enough: the few rounds of `make test` may well see one of them only."""
    assert seen == {True, False} if LONG else seen


def rounds(short: int) -> int:
    """How many rounds to go, where `make test` goes `short` ones."""
    return short * TIMES
