"""After any sequence of operations, the state of the server equals that of a simple model."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from sessionql.resolvers.passwords import Passwords
from tests.invariants.fixtures import Environment
from tests.invariants.rounds import LONG, rounds
from tests.invariants.state_machine import SessionMachine

# Deterministic in `make test`, random in `make proof`.
HYPOTHESIS_SETTINGS = settings(
    max_examples=rounds(15 if LONG else 9),
    stateful_step_count=50,
    derandomize=not LONG,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_server_equals_its_model(database_url: str, tmp_path: Path, cheap_passwords: Passwords) -> None:
    with asyncio.Runner() as runner:
        environment = Environment(runner, database_url, tmp_path, cheap_passwords)
        machine: Any = partial(SessionMachine, environment)
        run_state_machine_as_test(machine, settings=HYPOTHESIS_SETTINGS)
