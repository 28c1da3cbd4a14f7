"""Whatever people do, in whatever order: the server is what a plain model of it says, after each step."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from sessionql.resolvers.passwords import Passwords
from tests.proof.machine import Machine
from tests.proof.rounds import LONG, rounds
from tests.proof.world import World

# In `make test` the same each time; in `make proof` ever other ones.
HOW_LONG = settings(
    max_examples=rounds(15 if LONG else 9),
    stateful_step_count=50,
    derandomize=not LONG,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_server_is_what_its_model_says(database_url: str, tmp_path: Path, cheap_passwords: Passwords) -> None:
    with asyncio.Runner() as runner:
        world = World(runner, database_url, tmp_path, cheap_passwords)
        machine: Any = partial(Machine, world)
        run_state_machine_as_test(machine, settings=HOW_LONG)
