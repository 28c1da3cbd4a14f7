"""docs/contract.md shows the table of `make contract`, with every suite in it."""

import re

from tests.contracts.build_workspace import ROOT

ROWS = re.compile(r"^\| ([^|]+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
SUITES = re.compile(r"mark\.contract\(\s*\"([^\"]+)\"")


def test_every_suite_has_its_row() -> None:
    tests = set((ROOT / "tests").rglob("test_*.py")) - {ROOT / "tests/contracts/test_contract_table.py"}
    suites = {suite for path in tests for suite in SUITES.findall(path.read_text(encoding="utf-8"))}
    rows = ROWS.findall((ROOT / "docs/contract.md").read_text(encoding="utf-8"))
    assert [row[0] for row in rows] == [*sorted(suites, key=str.casefold), "**all**"], (
        "paste what `make contract` prints"
    )
    assert all(passed == total for _, passed, total in rows)
    *each, everything = rows
    assert sum(int(total) for _, _, total in each) == int(everything[2])
