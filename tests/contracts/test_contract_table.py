"""The table of contracts counts what it should: a test as one, subtests each, and whatever fails."""

import subprocess
import sys
from pathlib import Path

from tests.contracts.workshop import ROOT

SUITES = """
import pytest

@pytest.mark.contract("Audits")
def test_audits(subtests):
    for audit in range(61):
        with subtests.test(str(audit)):
            assert audit != 7

@pytest.mark.contract("A client")
@pytest.mark.parametrize("way", [1, 2])
def test_client(way):
    assert way == 1

@pytest.mark.contract("A client")
def test_that_breaks_after_its_subtests(subtests):
    with subtests.test("fine"):
        pass
    raise RuntimeError("but not here")

@pytest.fixture
def missing():
    raise RuntimeError("no server")

@pytest.mark.contract("A client")
def test_that_cannot_begin(missing):
    pass

def test_of_no_suite():
    pass
"""
TABLE = """\
| suite | passed | total |
| --- | ---: | ---: |
| A client | 2 | 5 |
| Audits | 60 | 61 |
| **all** | 62 | 66 |
"""


def test_the_table_counts_over_processes(tmp_path: Path) -> None:
    (tmp_path / "test_suites.py").write_text(SUITES)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = contract(suite)\n")
    arguments = ["-p", "tests.contract_table", "-p", "no:cacheprovider", "-n", "2", "-c", str(tmp_path / "pytest.ini")]
    command = [sys.executable, "-m", "pytest", *arguments, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert TABLE in done.stdout, done.stdout + done.stderr
