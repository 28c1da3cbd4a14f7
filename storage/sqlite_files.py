"""The files of a SQLite database: used by one process, and readable by their owner only."""

import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sessionql.storage.errors import StorageUnavailable

_SUFFIXES = ("", "-wal", "-shm", ".lock")
OTHERS = 0o077
"""The permissions of the group and of all other users."""


def lock_file(path: Path) -> int:
    """Lock a file beside the database until the returned file descriptor is closed. Creates both with mode 0600.

    SQLite gives its -wal and -shm files the mode of the database. Raises StorageUnavailable when another process holds
    the lock.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageUnavailable(f"Cannot use {path}: {error.strerror}.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise StorageUnavailable(
            f"Another process uses {path}. SQLite serves one process: stop that one first, "
            "or set SESSIONQL_DATABASE_URL to a postgresql:// address."
        ) from error
    if not path.exists():
        _create(path, handle)
    return handle


def exposed_files(path: Path) -> Iterator[str]:
    """What to do about each existing file of the database, and its folder, that other users may read or write."""
    for file, mode in [(path.parent, 0o700), *((Path(f"{path}{suffix}"), 0o600) for suffix in _SUFFIXES)]:
        try:
            found = stat.S_IMODE(file.stat().st_mode)
        except OSError:
            continue
        if found & OTHERS:
            yield f"Other users can use {file} (mode {found:04o}), which has personal data: run `chmod {mode:o} {file}`"


def _create(path: Path, handle: int) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        os.close(handle)
        raise StorageUnavailable(f"Cannot use {path}: {error.strerror}.") from error
