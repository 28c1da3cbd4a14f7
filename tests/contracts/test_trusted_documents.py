"""The requests of docs/trusted-documents.md succeed, and its recipes run in real clients."""

import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contracts.build_workspace import PACKAGES
from tests.support.client import Device
from tests.support.constants import FIREFOX
from tests.support.engines import Engines
from tests.support.server import Server

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/trusted-documents.md").read_text(encoding="utf-8")
MANIFESTS = ROOT / "tests/sessionql/manifests"
REQUESTS = re.findall(r"```json\n(.+?)\n```", PAGE, re.DOTALL)
RECIPES = dict(re.findall(r"```js\n// ([\w-]+)\n(.+?)```", PAGE, re.DOTALL))


@pytest.fixture(scope="module")
def url(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("documents")
    trusted = Path(shutil.copytree(MANIFESTS, folder / "trusted"))
    with Server(engines.sqlite(folder), folder, TRUSTED_DOCUMENTS=str(trusted)) as running:
        yield running.url


@pytest.fixture(scope="module")
def token(url: str) -> str:
    device = Device(url, FIREFOX).register(f"{secrets.token_hex(8)}@example.com")
    device.close()
    return device.access_token or ""


def test_the_page_has_the_checked_examples() -> None:
    assert len(REQUESTS) == 3
    assert set(RECIPES) == {
        *("apollo-automatic", "apollo-manifest", "relay", "client-preset", "urql-automatic", "urql-manifest"),
    }
    assert PAGE.count("```js\n") == len(RECIPES)


@pytest.mark.parametrize("body", REQUESTS)
def test_every_request_of_the_page_succeeds(url: str, token: str, body: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{url}/graphql", json=json.loads(body), headers=headers).json()
    assert answer["data"]["mySessions"][0]["isCurrent"]


def run(name: str, url: str, token: str, folder: Path) -> Any:
    """The request of a recipe and its response."""
    (folder / "node_modules").symlink_to(PACKAGES)
    code = RECIPES[name].replace('"/graphql"', json.dumps(f"{url}/graphql"))
    code = code.replace('manifest.json")', 'manifest.json", { with: { type: "json" } }).then((file) => file.default)')
    (folder / f"recipe-{name}.mjs").write_text(code, encoding="utf-8")
    shutil.copy(MANIFESTS / "apollo.json", folder / "persisted-query-manifest.json")
    shutil.copy(ROOT / "tests/clients/recipe.mjs", folder)
    manifest = MANIFESTS / ("relay.json" if name == "relay" else "client_preset.json")
    done = subprocess.run(
        ["node", "recipe.mjs", name, str(manifest)],
        cwd=folder,
        env={**os.environ, "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.node
@pytest.mark.contract("Trusted documents (Apollo, Relay, client preset, urql)")
@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_of_the_page_works(url: str, token: str, tmp_path: Path, name: str) -> None:
    found = run(name, url, token, tmp_path)
    assert found["answers"]
    assert all(answer["mySessions"][0]["isCurrent"] for answer in found["answers"]), found
    with_text = ["query" in body and body["query"] is not None for body in found["sent"]]
    if name.endswith("automatic"):
        assert with_text == [False, True, False], "the hash, then the text, and from then on the hash"
    else:
        assert with_text == [False] * len(found["answers"])
