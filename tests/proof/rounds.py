"""How long the proofs go on: a moment with every `make test`, some minutes with `make proof`."""

import os

TIMES = int(os.environ.get("SESSIONQL_TEST_ROUNDS", "1"))
"""How many times as long as in `make test`."""

LONG = TIMES > 1


def rounds(short: int) -> int:
    """How many rounds to go, where `make test` goes `short` ones."""
    return short * TIMES
