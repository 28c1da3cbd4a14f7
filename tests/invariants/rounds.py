"""How long race and property tests run: one round with `make test`, `ROUNDS` times as long with `make proof`."""

import os

TIMES = int(os.environ.get("SESSIONQL_TEST_ROUNDS", "1"))
"""The multiple of the duration in `make test`."""

LONG = TIMES > 1


def assert_both(seen: set[bool]) -> None:
    """Assert that a race had both outcomes; the few rounds of `make test` may see one of them only."""
    assert seen == {True, False} if LONG else seen


def rounds(short: int) -> int:
    """Return the number of rounds, of which `make test` runs `short`."""
    return short * TIMES
