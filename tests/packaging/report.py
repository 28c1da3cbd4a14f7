"""Writes at the end of a run in which environments SessionQL was installed and worked."""

import pytest

from tests.packaging.interpreters import FULL, missing_versions

WORKED = "installed"
"""The property of a test that names its environment."""


def pytest_configure(config: pytest.Config) -> None:
    """Collect where the reports of all processes arrive."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report())


class Report:
    """The environments of the tests that passed."""

    def __init__(self) -> None:
        self._failed: set[str] = set()
        self._seen: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the environment of a test."""
        for name, environment in report.user_properties:
            if name == WORKED:
                self._seen.add(str(environment))
                if report.failed:
                    self._failed.add(str(environment))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print one line for each environment, and the Pythons that are missing."""
        for environment in sorted(self._seen):
            result = "FAILED" if environment in self._failed else "works"
            terminalreporter.write_line(f"installed from {environment}: {result}")
        if self._seen and not FULL:
            terminalreporter.write_line("installed: a selection; `make packaging` runs each Python and each engine")
        for minor in missing_versions() if self._seen else []:
            terminalreporter.write_line(f"installed: no Python {minor} here, so it was left out")
