"""The files of a SQLite database are readable by their owner only, whichever program creates them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessionql.storage.migrate import upgrade
from sessionql.storage.sqlite import SqliteDatabase
from sessionql.storage.sqlite_files import exposed_files

FILES = {"s.sqlite3", "s.sqlite3-wal", "s.sqlite3-shm", "s.sqlite3.lock"}


@pytest.fixture
def engine() -> str:
    """Only SQLite."""
    return "sqlite"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that other users can read, and the umask that most systems have."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o755)
    before = os.umask(0o022)
    yield tmp_path / "shared"
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def test_all_files_are_private_in_a_folder_that_is_not(folder: Path) -> None:
    database = SqliteDatabase(folder / "s.sqlite3")
    async with database.transaction():
        pass

    assert modes(folder) == dict.fromkeys(FILES, 0o600)
    await database.close()


async def test_a_migration_creates_private_files(folder: Path) -> None:
    await upgrade(f"sqlite:///{folder / 's.sqlite3'}")

    assert modes(folder).keys() >= {"s.sqlite3", "s.sqlite3.lock"}
    assert set(modes(folder).values()) == {0o600}


async def test_files_that_others_can_read_are_reported_with_what_to_do(folder: Path) -> None:
    path = folder / "s.sqlite3"
    path.touch(0o644)
    database = SqliteDatabase(path)
    async with database.transaction():
        pass

    advice = list(exposed_files(path))

    assert advice[0] == (f"Other users can use {folder} (mode 0755), which has personal data: run `chmod 700 {folder}`")
    assert [line.rpartition("run ")[2] for line in advice[1:]] == [
        f"`chmod 600 {path}`",
        f"`chmod 600 {path}-wal`",
        f"`chmod 600 {path}-shm`",
    ]
    await database.close()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666])
def test_every_permission_of_others_is_reported(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(0o700)
    path = tmp_path / "s.sqlite3"
    path.touch()
    path.chmod(mode)
    assert len(list(exposed_files(path))) == 1
    path.chmod(0o600)
    assert list(exposed_files(path)) == []
