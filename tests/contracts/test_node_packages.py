"""The packages of the JavaScript clients are pinned by version and hash."""

import json

from tests.contracts.build_workspace import ROOT

CLIENTS = ROOT / "tests/clients"


def test_the_lock_file_pins_everything_and_has_no_registry_url() -> None:
    packages = json.loads((CLIENTS / "package-lock.json").read_text())["packages"]
    own = packages.pop("")
    assert own["dependencies"] == json.loads((CLIENTS / "package.json").read_text())["dependencies"]
    assert len(packages) > 100
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
