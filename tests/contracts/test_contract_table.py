"""The contract table counts each test once, each subtest, and every failure."""

import os
import subprocess
import sys
from pathlib import Path

from tests.contracts.build_workspace import ROOT

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
    plugins = [part for name in ("xdist.plugin", "tests.contract_table") for part in ("-p", name)]
    options = ["-p", "no:cacheprovider", "-n", "2", "-c", str(tmp_path / "pytest.ini")]
    command = [sys.executable, "-m", "pytest", *plugins, *options, str(tmp_path)]
    # The plugins of this environment would be loaded three times, and are not part of the test.
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=180, check=False)
    assert TABLE in done.stdout, done.stdout + done.stderr
