"""Counts the results of tests marked `contract("suite")` and prints a table: suite, passed, total.

A test without subtests counts once; otherwise each subtest counts. A new suite needs no registration.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import pytest

SUITE = "contract suite"


def pytest_configure(config: pytest.Config) -> None:
    """Register the table in the process that receives all reports."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write the suite of each test into its reports."""
    for item in items:
        if marker := item.get_closest_marker("contract"):
            item.user_properties.append((SUITE, marker.args[0]))


@dataclass
class Tally:
    """The result of a test and of each of its subtests."""

    passed: bool = True
    subtests: list[bool] = field(default_factory=list)

    def counts(self) -> tuple[int, int]:
        """Return how many passed and how many ran. A test that fails outside of its subtests counts too."""
        failed_by_itself = not self.passed and all(self.subtests)
        if self.subtests:
            return sum(self.subtests), len(self.subtests) + failed_by_itself
        return int(self.passed), 1


class Table:
    """The counts of a run."""

    def __init__(self) -> None:
        self._suites: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the report of a test, a subtest, a setup or a teardown."""
        if suite := dict(report.user_properties).get(SUITE):
            tally = self._suites[str(suite)][report.nodeid]
            if isinstance(report, pytest.SubtestReport):
                tally.subtests.append(report.passed)
            else:
                tally.passed = tally.passed and report.passed

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table in Markdown."""
        for line in self.lines():
            terminalreporter.write_line(line)

    def lines(self) -> list[str]:
        """Return the rows by suite, with a sum."""
        rows = [(suite, *self._sum(suite)) for suite in sorted(self._suites, key=str.casefold)]
        if not rows:
            return []
        rows.append(("**all**", sum(row[1] for row in rows), sum(row[2] for row in rows)))
        return ["| suite | passed | total |", "| --- | ---: | ---: |", *(f"| {a} | {b} | {c} |" for a, b, c in rows)]

    def _sum(self, suite: str) -> tuple[int, int]:
        counts = [tally.counts() for tally in self._suites[suite].values()]
        return sum(passed for passed, _ in counts), sum(total for _, total in counts)
