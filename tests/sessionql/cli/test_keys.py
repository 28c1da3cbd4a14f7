"""The commands that list and rotate keys. No command prints a secret."""

import json
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from sessionql.app.bootstrap import system_clock
from sessionql.resolvers.tokens.key_file import KeyFile
from tests.support.cli import Result, run
from tests.support.engines import Engines
from tests.support.server import Server

MINE = "{ mySessions { id } }"
RELOAD_TIMEOUT = 15


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A key file, created by the first command."""
    path = tmp_path / "keys.json"
    KeyFile(path).load_or_create(system_clock())
    return path


def read(keys: Path) -> Any:
    return json.loads(keys.read_text())


def kids(keys: Path) -> list[str]:
    return [key["kid"] for key in read(keys)["signing"]]


def assert_no_secret(done: Result, *contents: Any) -> None:
    shown = done.out + done.err
    for content in contents:
        for secret in [key["d"] for key in content["signing"]] + content["refresh"]:
            assert secret not in shown
            assert secret[:12] not in shown


def test_the_first_command_creates_keys_that_only_their_owner_can_read(tmp_path: Path) -> None:
    assert run(tmp_path, "keys", "list").code == 0
    keys = tmp_path / "keys.json"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    done = run(keys.parent, "keys", "list")
    assert done.code == 0
    assert done.out.strip() == f"{kids(keys)[0]}  EdDSA  signs now"
    assert_no_secret(done, read(keys))


def test_a_rotation_publishes_a_key_before_it_signs(keys: Path) -> None:
    before = read(keys)
    done = run(keys.parent, "keys", "rotate")
    assert (done.code, done.out) == (0, "Created a new signing key.\n")
    after = read(keys)
    assert kids(keys)[1:] == [key["kid"] for key in before["signing"]]
    assert after["refresh"] == before["refresh"]
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    listed = run(keys.parent, "keys", "list")
    new, old = listed.out.splitlines()
    assert (new.startswith(kids(keys)[0]), "signs from" in new) == (True, True)
    assert old == f"{kids(keys)[1]}  EdDSA  signs now"
    for each in (done, listed):
        assert_no_secret(each, before, after)


def test_an_immediate_rotation_removes_the_old_key(keys: Path) -> None:
    before = read(keys)
    done = run(keys.parent, "keys", "rotate", "--now")
    assert (done.code, "Deleted the old keys" in done.out) == (0, True)
    after = read(keys)
    assert len(after["signing"]) == 1
    assert after["signing"][0]["d"] != before["signing"][0]["d"]
    assert run(keys.parent, "keys", "list").out == f"{kids(keys)[0]}  EdDSA  signs now\n"
    assert_no_secret(done, before, after)


def test_a_new_encryption_key_requires_a_confirmation(keys: Path) -> None:
    before = read(keys)
    assert run(keys.parent, "keys", "rotate-refresh-secret", typed="n\n").code == 1
    assert run(keys.parent, "keys", "rotate-refresh-secret", typed="").code == 1
    assert read(keys) == before
    done = run(keys.parent, "keys", "rotate-refresh-secret", typed="y\n")
    assert (done.code, "All refresh tokens are invalid now" in done.out) == (0, True)
    after = read(keys)
    assert after["signing"] == before["signing"]
    assert len(after["refresh"]) == 1
    assert after["refresh"] != before["refresh"]
    assert_no_secret(done, before, after)


@pytest.mark.parametrize("words", [("keys", "rotate"), ("serve",)])
def test_a_key_file_that_others_can_read_is_rejected(keys: Path, words: tuple[str, ...]) -> None:
    keys.chmod(0o644)
    before = keys.read_bytes()
    (line,) = run(keys.parent, *words).problem.splitlines()
    assert f"chmod 600 {keys}" in line
    assert keys.read_bytes() == before


def test_a_damaged_key_file_is_not_changed(keys: Path) -> None:
    for content in ("", '{"signing": [], "refresh": []}', '{"signing": [{"kid": 1}]}'):
        keys.write_text(content)
        (line,) = run(keys.parent, "keys", "rotate").problem.splitlines()
        assert str(keys) in line
        assert keys.read_text() == content


def wait_for(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + RELOAD_TIMEOUT
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def test_a_running_server_loads_new_keys(engines: Engines, tmp_path: Path) -> None:
    with Server(engines.sqlite(tmp_path), tmp_path) as server:
        device = server.device().register("ana@example.com")

        def published() -> int:
            return len(httpx.get(f"{server.url}/.well-known/jwks.json").json()["keys"])

        assert published() == 1
        assert run(tmp_path, "keys", "rotate").code == 0
        wait_for(lambda: published() == 2)
        assert device.get(MINE), "the old token still works"
        assert device.refresh()["errors"] == []
        assert device.get(MINE), "and so does a new one"
        assert run(tmp_path, "keys", "rotate", "--now").code == 0
        wait_for(lambda: published() == 1)
        assert device.code(MINE) == "UNAUTHENTICATED", "what the leaked key signed is void"
        assert device.refresh()["errors"] == [], "clients only need to refresh"
        assert device.get(MINE)
