"""The state machine: Hypothesis chooses operations of users, services and operators; invariants compare the states."""

from hypothesis.stateful import initialize

from tests.invariants.admin_rules import AdminRules
from tests.invariants.checks import ModelChecks
from tests.invariants.fixtures import PASSWORD_USERS
from tests.invariants.time_rules import TimeRules


class SessionMachine(AdminRules, TimeRules, ModelChecks):
    """Three users with several devices, restarts of the server, and weeks that pass."""

    @initialize()
    def begin(self) -> None:
        for user in PASSWORD_USERS:
            self.registers(user, "laptop")

    def teardown(self) -> None:
        try:
            for token in list(self.refresh):
                self.exchanges_token(token, "laptop")
        finally:
            self.environment.runner.run(self.delete_users())
