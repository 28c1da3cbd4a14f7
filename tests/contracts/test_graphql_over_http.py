"""GraphQL over HTTP as its own auditors see it, with the default settings and somebody who is signed in."""

import json
import secrets
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.server import FIREFOX, Device

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests/clients/audits.mjs"


@pytest.mark.node
def test_every_audit_passes(server_url: str) -> None:
    """All 61: what a server must do, what it should, and what it may."""
    device = Device(server_url, FIREFOX).register(f"{secrets.token_hex(8)}@example.com")
    clients = ROOT / ".build/clients"
    shutil.copy(SCRIPT, clients)
    arguments = ["node", SCRIPT.name, f"{server_url}/graphql", device.access_token or ""]
    done = subprocess.run(arguments, cwd=clients, capture_output=True, text=True, timeout=60, check=True)
    device.close()

    results = json.loads(done.stdout)

    assert [f"{each['status']}: {each['name']}: {each['reason']}" for each in results if each["status"] != "ok"] == []
    assert Counter(each["name"].split()[0] for each in results) == {"MUST": 13, "SHOULD": 23, "MAY": 25}


@pytest.mark.node
def test_a_server_that_is_none_fails_them(server_url: str) -> None:
    """The test above can fail."""
    clients = ROOT / ".build/clients"
    shutil.copy(SCRIPT, clients)
    arguments = ["node", SCRIPT.name, f"{server_url}/healthz", ""]
    done = subprocess.run(arguments, cwd=clients, capture_output=True, text=True, timeout=60, check=True)

    assert "error" in {each["status"] for each in json.loads(done.stdout)}
    assert httpx.get(f"{server_url}/healthz").is_success
