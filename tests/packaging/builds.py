"""The wheel and the sdist, built from this checkout without a network."""

import fcntl
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Builds:
    """A wheel from the checkout, an sdist from the checkout, and a wheel from that sdist."""

    wheel: Path
    sdist: Path
    wheel_of_sdist: Path


def build_all(folder: Path) -> Builds:
    """Build into this folder, once for all processes of a run."""
    folder.mkdir(exist_ok=True)
    with locked(folder):
        if not (folder / "built").exists():
            _build(ROOT, folder, "wheel", "sdist")
            with tarfile.open(_only(folder, "*.tar.gz")) as archive:
                archive.extractall(folder / "unpacked", filter="data")
            _build(_only(folder / "unpacked", "sessionql-*"), folder / "of_sdist", "wheel")
            (folder / "built").touch()
    return Builds(_only(folder, "*.whl"), _only(folder, "*.tar.gz"), _only(folder / "of_sdist", "*.whl"))


def contents(wheel: Path) -> dict[str, bytes]:
    """The bytes of each file in a wheel, by its path."""
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder."""
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(source: Path, target: Path, *kinds: str) -> None:
    options = [option for kind in kinds for option in ("--target", kind)]
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(target), *options],
        cwd=source,
        check=True,
        capture_output=True,
    )


def _only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path
