"""`make audit`: it finds what an advisory names, and a service that does not answer is no success."""

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType
from typing import Any

import pytest

from tests.packaging.builds import ROOT

ADVISORY = """
id: TEST-2026-1
affected:
- package: {ecosystem: PyPI, name: Py.JWT}
  ranges:
  - {type: GIT, events: [{introduced: "0"}]}
  - {type: ECOSYSTEM, events: [{introduced: "2.0"}, {fixed: "2.4"}, {introduced: "3.0rc1"}, {last_affected: "3.1"}]}
  versions: ["1.7"]
- package: {ecosystem: npm, name: py-jwt}
  versions: ["9.9"]
"""


@pytest.fixture
def audit() -> ModuleType:
    """The script, whose tools are not installed here."""
    spec = spec_from_file_location("audit", ROOT / "requirements" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def quiet(audit: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script without findings of bandit, and without the network."""
    monkeypatch.setattr(audit, "lint", list)
    monkeypatch.setattr(audit, "write_sbom", lambda: None)
    monkeypatch.setattr(audit, "locked", lambda _: {"py-jwt": "2.3"})
    monkeypatch.delenv("ADVISORIES", raising=False)
    (tmp_path / "vulns").mkdir()
    (tmp_path / "vulns" / "TEST-2026-1.yaml").write_text(ADVISORY)
    return audit


def answer(audit: ModuleType, monkeypatch: pytest.MonkeyPatch, *dependencies: dict[str, Any], text: str = "") -> None:
    """Let pip-audit print this report."""
    printed = text or json.dumps({"dependencies": dependencies})
    monkeypatch.setattr(audit, "run", lambda *_: CompletedProcess([], 0, printed, ""))


@pytest.mark.parametrize("version", ["1.7", "2.0", "2.3.9", "3.0", "3.0rc1", "3.1"])
def test_an_affected_version_is_found_without_network(audit: ModuleType, tmp_path: Path, version: str) -> None:
    (tmp_path / "a.yaml").write_text(ADVISORY)
    assert [*audit.known_vulnerabilities({"py-jwt": version}, tmp_path)] == [f"Py.JWT {version}: TEST-2026-1"]


@pytest.mark.parametrize("version", ["1.8", "2.4", "2.15.1", "3.1.1", "9.9", "3.0b1"])
def test_another_version_is_not(audit: ModuleType, tmp_path: Path, version: str) -> None:
    (tmp_path / "a.yaml").write_text(ADVISORY)
    (tmp_path / "b.yaml").write_text(
        ADVISORY.replace("- {type: ECO", "- {type: ECO").replace("id:", "withdrawn: now\nid:")
    )
    assert [*audit.known_vulnerabilities({"py-jwt": version}, tmp_path)] == []


def test_a_withdrawn_advisory_is_none(audit: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{ADVISORY}withdrawn: 2026-11-01\n")
    (tmp_path / "b.yaml").write_text(ADVISORY.replace("Py.JWT", "other"))
    assert [*audit.known_vulnerabilities({"py-jwt": "2.3"}, tmp_path)] == []


def test_a_finding_is_printed_and_fails(
    quiet: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADVISORIES", str(tmp_path))
    assert quiet.main(["--allow-unaudited"]) == 1
    assert "Py.JWT 2.3: TEST-2026-1" in capsys.readouterr().out


def test_a_vulnerability_of_the_service_is_printed_and_fails(
    quiet: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(quiet, monkeypatch, {"name": "py-jwt", "version": "2.3", "vulns": [{"id": "TEST-2026-2"}]})
    assert quiet.main([]) == 1
    assert "py-jwt 2.3: TEST-2026-2" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text", ["", "cannot connect", '{"dependencies": [{"name": "x", "skip_reason": "not found"}]}']
)
def test_a_service_that_does_not_answer_is_no_success(
    quiet: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    answer(quiet, monkeypatch, text=text or "\n")
    assert quiet.main([]) == 3
    assert quiet.main(["--allow-unaudited"]) == 0, "for `make check`, which says so too"
    assert capsys.readouterr().out.count("THE DEPENDENCIES WERE NOT AUDITED: ") == 2


def test_a_folder_without_advisories_is_no_success(
    quiet: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("ADVISORIES", str(tmp_path / "empty"))
    assert quiet.main([]) == 3


def test_findings_of_bandit_fail(quiet: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(quiet, monkeypatch)
    monkeypatch.setattr(quiet, "lint", lambda: ["bandit: storage/x.py:1: B602 shell=True"])
    assert quiet.main(["--allow-unaudited"]) == 1
