"""Counts what tests marked `contract("suite")` say, and prints one table: suite, passed, total.

A test counts as one; a test with subtests as many as it has. New suites appear by themselves.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import pytest

SUITE = "contract suite"


def pytest_configure(config: pytest.Config) -> None:
    """Count where the reports of all processes arrive."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test's reports say which suite it belongs to."""
    for item in items:
        if marker := item.get_closest_marker("contract"):
            item.user_properties.append((SUITE, marker.args[0]))


@dataclass
class Tally:
    """How a test went: by itself, and each of its subtests."""

    passed: bool = True
    subtests: list[bool] = field(default_factory=list)

    def counts(self) -> tuple[int, int]:
        """How many passed, of how many. A test that failed outside of its subtests counts beside them."""
        failed_by_itself = not self.passed and all(self.subtests)
        if self.subtests:
            return sum(self.subtests), len(self.subtests) + failed_by_itself
        return int(self.passed), 1


class Table:
    """The counts of a run."""

    def __init__(self) -> None:
        self._suites: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a test, a subtest, or what surrounds a test went."""
        if suite := dict(report.user_properties).get(SUITE):
            tally = self._suites[str(suite)][report.nodeid]
            if isinstance(report, pytest.SubtestReport):
                tally.subtests.append(report.passed)
            else:
                tally.passed = tally.passed and report.passed

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, in Markdown."""
        for line in self.lines():
            terminalreporter.write_line(line)

    def lines(self) -> list[str]:
        """The table, by name of the suite, with a sum below."""
        rows = [(suite, *self._sum(suite)) for suite in sorted(self._suites, key=str.casefold)]
        if not rows:
            return []
        rows.append(("**all**", sum(row[1] for row in rows), sum(row[2] for row in rows)))
        return ["| suite | passed | total |", "| --- | ---: | ---: |", *(f"| {a} | {b} | {c} |" for a, b, c in rows)]

    def _sum(self, suite: str) -> tuple[int, int]:
        counts = [tally.counts() for tally in self._suites[suite].values()]
        return sum(passed for passed, _ in counts), sum(total for _, total in counts)
