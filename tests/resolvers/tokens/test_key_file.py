"""The keys file: created once, readable by its owner only, replaced atomically, never overwritten by mistake."""

import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event

import pytest

from sessionql.resolvers.tokens.key_file import KeyFile, KeysError
from sessionql.resolvers.tokens.keys import KeyRing
from tests.resolvers.builders import NOW, make_key_file

ROOT = Path(__file__).parents[3]
STARTED_TOGETHER = """
import sys, time, pathlib
from datetime import datetime, UTC
from sessionql.resolvers.tokens.key_file import KeyFile
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
    """Return comparable content of a ring."""
    signing = [(key.kid, key.private.private_bytes_raw(), key.signs_from) for key in ring.signing]
    return signing, ring.refresh


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys.json"


def test_the_first_start_creates_a_file_that_only_its_owner_can_read(path: Path) -> None:
    make_key_file(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"], "no draft is left"


def test_the_second_start_reads_the_same_keys(path: Path) -> None:
    first = prints(make_key_file(path).ring)
    content = path.read_bytes()

    assert prints(make_key_file(path).ring) == first
    assert path.read_bytes() == content


def test_threads_that_start_concurrently_share_one_ring(path: Path) -> None:
    barrier = Barrier(12)

    def start(_: int) -> tuple[Print, tuple[bytes, ...]]:
        barrier.wait()
        return prints(make_key_file(path).ring)

    with ThreadPoolExecutor(12) as pool:
        rings = list(pool.map(start, range(12)))

    assert all(ring == rings[0] for ring in rings)
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]


def test_processes_that_start_concurrently_share_one_ring(path: Path, tmp_path: Path) -> None:
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
    assert printed[0].split()[0] == make_key_file(path).ring.signing[0].kid


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o660, 0o644, 0o666, 0o777])
def test_a_file_that_other_users_can_access_is_rejected_with_the_remedy(path: Path, mode: int) -> None:
    make_key_file(path)
    path.chmod(mode)

    with pytest.raises(KeysError, match=r"chmod 600 .*keys\.json"):
        KeyFile(path).load_or_create(NOW)
    path.chmod(0o600)
    assert KeyFile(path).load_or_create(NOW)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_its_owner_alone_is_fine(path: Path, mode: int) -> None:
    make_key_file(path)
    path.chmod(mode)

    assert KeyFile(path).load_or_create(NOW)


def test_a_replaced_file_is_detected_by_other_processes(path: Path) -> None:
    ours, theirs = make_key_file(path), make_key_file(path)
    old = prints(theirs.ring)
    new = ours.ring.rotated(NOW, immediately=True)

    assert theirs.reload() is False
    ours.replace(new)

    assert prints(ours.ring) == prints(new)
    assert prints(theirs.ring) == old, "not before it looks"
    assert theirs.reload() is True
    assert prints(theirs.ring) == prints(new)
    assert theirs.reload() is False
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_was_damaged_later_leaves_the_keys_in_use(path: Path) -> None:
    file = make_key_file(path)
    ring = prints(file.ring)
    path.write_text("{")

    for _ in range(2):
        with pytest.raises(KeysError):
            file.reload()
        assert prints(file.ring) == ring


def test_a_written_ring_is_read_back(path: Path) -> None:
    ring = KeyRing.generate(NOW).rotated(NOW, immediately=False).rotated(NOW, immediately=False)
    both = KeyRing(ring.signing, (*ring.refresh, *ring.with_new_refresh_secret().refresh))
    file = make_key_file(path)
    file.replace(both)

    assert prints(KeyFile(path).ring) == prints(both)
    assert len(file.ring.signing) == 3


def test_a_reader_finds_the_complete_old_or_new_file(path: Path) -> None:
    file = make_key_file(path)
    rings = [file.ring, KeyRing.generate(NOW)]
    known = {key.kid for ring in rings for key in ring.signing}
    stop, seen = Event(), set()

    def read() -> None:
        while not stop.is_set():
            seen.add(KeyFile(path).ring.signing[0].kid)

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for index in range(60):
            file.replace(rings[index % 2])
            time.sleep(0.001)
        stop.set()
        for reader in readers:
            reader.result(timeout=10)

    assert seen == known
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]
