"""docs/security.md names a test for every threat: each test exists, and no requirement is missing."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:tests|benchmarks)/[\w/]+\.py(?:::\w+)?)`", PAGE)))

# OWASP ASVS 5.0: chapters V7 and V9, and the parts of V3 and V10 about sessions.
REQUIREMENTS = [
    *("7.1.1", "7.1.2", "7.1.3", "7.2.1", "7.2.2", "7.2.3", "7.2.4", "7.3.1", "7.3.2"),
    *("7.4.1", "7.4.2", "7.4.3", "7.4.4", "7.4.5", "7.5.1", "7.5.2", "7.5.3", "7.6.1", "7.6.2"),
    *("9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.2", "9.2.3", "9.2.4"),
    *("10.4.5", "10.4.8", "10.4.9"),
    *("3.3.1", "3.3.2", "3.3.3", "3.3.4", "3.3.5"),
    *("3.5.1", "3.5.2", "3.5.3", "3.5.4", "3.5.5", "3.5.6", "3.5.7"),
]
VULNERABILITIES = [
    *("CVE-2026-1035", "GHSA-392p-2q2v-4372", "CVE-2026-9802", "#6893", "CVE-2025-46336", "CVE-2026-22706"),
    *("GHSA-56p6-qw3c-fq2g", "CVE-2020-5224", "CVE-2018-1000211", "#9761", "CVE-2026-45364", "CVE-2026-27840"),
]


@cache
def functions_in(path: str) -> set[str]:
    """The names of the functions and classes of a file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, kinds)}


def rows() -> dict[str, list[str]]:
    """The last cells of the rows of all tables, by the first word of the row."""
    last_cells: dict[str, list[str]] = {}
    for line in PAGE.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            last_cells.setdefault(cells[0].split(" ")[0], []).append(cells[-1])
    return last_cells


@pytest.mark.parametrize("named", NAMED)
def test_every_named_test_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert (ROOT / path).is_file()
    assert not name or name in functions_in(path)


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_every_requirement_has_a_test_or_a_reason(requirement: str) -> None:
    (shown,) = rows()[requirement]
    assert re.search(r"`(tests|docs)/|^Does not apply: \w|^\[", shown), shown


@pytest.mark.parametrize("vulnerability", VULNERABILITIES)
def test_every_vulnerability_of_other_projects_has_a_test(vulnerability: str) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith("| ") and vulnerability in line]
    assert "`tests/" in row


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\((?!https://)([^)#]+)", PAGE)
    assert links
    assert not [link for link in links if not (ROOT / "docs" / link).exists()]
