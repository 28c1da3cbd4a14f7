"""The keys file: made once, read by its owner only, replaced whole, and never overwritten by mistake."""

import json
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from resolvers.grants import Grant
from resolvers.keys import KeyFile, KeyRing, KeysError, SigningKey
from resolvers.tokens import AccessToken, Signature
from tests.resolvers.builders import NOW

ROOT = Path(__file__).parents[2]
STARTED_TOGETHER = """
import sys, time, pathlib
from datetime import datetime, UTC
from resolvers.keys import KeyFile
go, path = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
now = datetime(2026, 11, 23, tzinfo=UTC)
print("ready", flush=True)
while not go.exists():
    time.sleep(0.0005)
ring = KeyFile(path).load_or_create(now)
print(ring.signing[0].kid, ring.signing[0].private.private_bytes_raw().hex(), ring.refresh[0].hex())
"""

Print = list[tuple[str, bytes, datetime]]


def prints(ring: KeyRing) -> tuple[Print, tuple[bytes, ...]]:
    """What makes two rings the same."""
    signing = [(key.kid, key.private.private_bytes_raw(), key.signs_from) for key in ring.signing]
    return signing, ring.refresh


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys.json"


def made(path: Path) -> KeyFile:
    """A keys file after the first start."""
    file = KeyFile(path)
    file.load_or_create(NOW)
    return file


def test_the_first_start_makes_a_file_that_only_its_owner_may_read(path: Path) -> None:
    made(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"], "no draft is left"


def test_the_second_start_reads_the_same_keys(path: Path) -> None:
    first = prints(made(path).ring)
    content = path.read_bytes()

    assert prints(made(path).ring) == first
    assert path.read_bytes() == content


def test_threads_that_start_at_once_share_one_ring(path: Path) -> None:
    barrier = Barrier(12)

    def start(_: int) -> tuple[Print, tuple[bytes, ...]]:
        barrier.wait()
        return prints(made(path).ring)

    with ThreadPoolExecutor(12) as pool:
        rings = list(pool.map(start, range(12)))

    assert all(ring == rings[0] for ring in rings)
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]


def test_processes_that_start_at_once_share_one_ring(path: Path, tmp_path: Path) -> None:
    go = tmp_path / "go"
    command = [sys.executable, "-c", STARTED_TOGETHER, str(go), str(path)]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    go.touch()
    printed = [process.communicate(timeout=30)[0] for process in processes]

    assert [process.returncode for process in processes] == [0] * 6
    assert len(set(printed)) == 1
    assert printed[0].split()[0] == made(path).ring.signing[0].kid


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o660, 0o644, 0o666, 0o777])
def test_a_file_that_others_may_use_is_refused_with_the_cure(path: Path, mode: int) -> None:
    made(path)
    path.chmod(mode)

    with pytest.raises(KeysError, match=r"chmod 600 .*keys\.json"):
        KeyFile(path).load_or_create(NOW)
    path.chmod(0o600)
    assert KeyFile(path).load_or_create(NOW)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_its_owner_alone_is_fine(path: Path, mode: int) -> None:
    made(path)
    path.chmod(mode)

    assert KeyFile(path).load_or_create(NOW)


def test_a_file_cut_anywhere_is_an_error_and_stays_as_it_is(path: Path) -> None:
    made(path)
    content = path.read_bytes()

    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(KeysError, match="damaged: restore it"):
            KeyFile(path).load_or_create(NOW)
        assert path.read_bytes() == content[:length]


def without(part: str) -> Callable[[Any], Any]:
    return lambda content: {name: value for name, value in content.items() if name != part}


def with_key(**changes: object) -> Callable[[Any], Any]:
    return lambda content: content | {"signing": [content["signing"][0] | changes]}


DAMAGES: dict[str, Callable[[Any], Any]] = {
    "a list": lambda _: [],
    "a number": lambda _: 5,
    "null": lambda _: None,
    "a text": lambda _: "keys",
    "no signing keys": without("signing"),
    "no refresh secrets": without("refresh"),
    "an empty list of signing keys": lambda content: content | {"signing": []},
    "an empty list of secrets": lambda content: content | {"refresh": []},
    "signing keys of another type": lambda content: content | {"signing": "abc"},
    "a signing key that is none": lambda content: content | {"signing": [7]},
    "refresh secrets of another type": lambda content: content | {"refresh": [7]},
    "a short refresh secret": lambda content: content | {"refresh": ["c2hvcnQ"]},
    "an empty refresh secret": lambda content: content | {"refresh": [*content["refresh"], ""]},
    "a private key that is too short": with_key(d="c2hvcnQ"),
    "a private key that is no text": with_key(d=5),
    "a private key that is not base64": with_key(d="ü" * 43),
    "a time that is none": with_key(signs_from="yesterday"),
    "a time that is no text": with_key(signs_from=5),
    "a time before time": with_key(signs_from="0001-01-01T00:00:00+14:00"),
    "a key id that is no text": with_key(kid=7),
    "a key without an id": lambda content: content | {"signing": [{"d": content["signing"][0]["d"]}]},
}


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_file_with_something_else_in_it_is_an_error_and_stays_as_it_is(path: Path, damage: str) -> None:
    made(path)
    spoilt = json.dumps(DAMAGES[damage](json.loads(path.read_text())))
    path.write_text(spoilt)

    with pytest.raises(KeysError, match=r"keys\.json (is not a keys file|lacks)") as raised:
        KeyFile(path).load_or_create(NOW)
    assert path.read_text() == spoilt
    assert "d" not in str(raised.value).split(), "no content in the message"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00" * 200, b"[" * 100_000, b'{"signing": NaN}'], ids=len)
def test_a_file_that_is_not_even_text_is_an_error(path: Path, content: bytes) -> None:
    made(path)
    path.write_bytes(content)

    with pytest.raises(KeysError, match=r"keys\.json"):
        KeyFile(path).load_or_create(NOW)
    assert path.read_bytes() == content


def test_an_error_never_shows_a_secret(path: Path) -> None:
    made(path)
    content = json.loads(path.read_text())
    secrets = [content["refresh"][0], content["signing"][0]["d"]]
    path.write_text(json.dumps(content | {"signing": [content["signing"][0] | {"signs_from": "?"}]}))

    with pytest.raises(KeysError) as raised:
        KeyFile(path).load_or_create(NOW)
    assert not any(secret in str(raised.value) for secret in secrets)


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "keys.json"

    with pytest.raises(KeysError, match=r"Cannot write .*keys\.json"):
        KeyFile(path).load_or_create(NOW)


def test_a_folder_that_may_not_be_written_is_a_clear_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("resolvers.keys.os.open", refuse)

    with pytest.raises(KeysError, match=r"Cannot write .*keys\.json: Permission denied"):
        KeyFile(path).load_or_create(NOW)


def test_a_file_system_without_hard_links_still_gets_keys_or_a_clear_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("resolvers.keys.os.link", refuse)

    try:
        made(path)
    except KeysError as error:
        assert "keys.json" in str(error)  # noqa: PT017 - both outcomes are fine
    assert not [each for each in path.parent.iterdir() if each != path], "no draft with secrets is left"


def test_a_full_disk_leaves_no_draft_and_no_half_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("resolvers.keys.os.fsync", refuse)

    with pytest.raises((KeysError, OSError)):
        made(path)
    assert list(path.parent.iterdir()) == [], "no draft with secrets is left"


def test_a_full_disk_is_a_keys_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("resolvers.keys.os.fsync", refuse)

    with pytest.raises(KeysError, match="No space left"):
        made(path)


def test_a_file_that_is_gone_is_an_error(path: Path) -> None:
    with pytest.raises(KeysError, match=r"Cannot read .*keys\.json: No such file"):
        _ = KeyFile(path).ring


def test_a_replaced_file_is_noticed_by_others(path: Path) -> None:
    ours, theirs = made(path), made(path)
    old = prints(theirs.ring)
    new = ours.ring.rotated(NOW, at_once=True)

    assert theirs.reload() is False
    ours.replace(new)

    assert prints(ours.ring) == prints(new)
    assert prints(theirs.ring) == old, "not before it looks"
    assert theirs.reload() is True
    assert prints(theirs.ring) == prints(new)
    assert theirs.reload() is False
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_was_damaged_later_leaves_the_keys_in_use(path: Path) -> None:
    file = made(path)
    ring = prints(file.ring)
    path.write_text("{")

    for _ in range(2):
        with pytest.raises(KeysError):
            file.reload()
        assert prints(file.ring) == ring


def test_what_was_written_is_read_back(path: Path) -> None:
    ring = KeyRing.generate(NOW).rotated(NOW, at_once=False).rotated(NOW, at_once=False)
    file = made(path)
    file.replace(KeyRing(ring.signing, (*ring.refresh, b"o" * 32)))

    assert prints(KeyFile(path).ring) == (prints(ring)[0], (*ring.refresh, b"o" * 32))
    assert len(file.ring.signing) == 3


def test_a_reader_finds_the_old_file_or_the_new_one_whole(path: Path) -> None:
    file = made(path)
    rings = [file.ring, KeyRing.generate(NOW)]
    known = {key.kid for ring in rings for key in ring.signing}
    stop, seen = Event(), set()

    def read() -> None:
        while not stop.is_set():
            seen.add(KeyFile(path).ring.signing[0].kid)

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for turn in range(60):
            file.replace(rings[turn % 2])
            time.sleep(0.001)
        stop.set()
        for reader in readers:
            reader.result(timeout=10)

    assert seen == known
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]


SHARED_SECRET = "a shared secret of thirty-two by"


def secrets_of(ring: KeyRing) -> list[str]:
    """Every secret of the ring in the forms that might be printed."""
    raw = [ring.signing[0].private.private_bytes_raw(), *ring.refresh]
    return [form for each in raw for form in (repr(each), each.hex(), str(list(each)))]


@pytest.mark.parametrize("show", [repr, str, "{}".format, "%s".__mod__, "%r".__mod__])
def test_nothing_secret_is_ever_printed(show: Callable[[object], str]) -> None:
    ring = KeyRing.generate(NOW)
    access = AccessToken("eyJ.secret.token", NOW)
    for thing in (ring, ring.signing[0], SigningKey.generate(NOW), access, Grant(access, "sqlr_secret", NOW)):
        for secret in (*secrets_of(ring), "secret.token", "sqlr_secret"):
            assert secret not in show(thing)
        assert secrets_of(ring)[0] not in show([thing]), "nor inside of another thing"


def test_the_shared_secret_is_not_printed_either() -> None:
    assert SHARED_SECRET not in repr(Signature("HS256", SHARED_SECRET))
