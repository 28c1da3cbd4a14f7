"""Hypothesis makes up what people, services and operators do, and what happens by itself; the checks compare."""

from hypothesis.stateful import initialize

from tests.proof.checks import Checks
from tests.proof.operators import Operators
from tests.proof.passing import Passing
from tests.proof.world import PEOPLE


class Machine(Operators, Passing, Checks):
    """Three users with several devices, a server that is started again now and then, and weeks that pass."""

    @initialize()
    def begin(self) -> None:
        for user in PEOPLE:
            self.registers(user, "laptop")

    def teardown(self) -> None:
        try:
            for token in list(self.refresh):
                self.exchanges(token, "laptop")
        finally:
            self.world.runner.run(self.clean_up())
