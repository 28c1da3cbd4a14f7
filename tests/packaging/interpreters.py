"""The Python interpreters of this machine that SessionQL supports. None is downloaded."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FULL = os.environ.get("SESSIONQL_TEST_PACKAGING") == "full"
"""Whether the long form runs: each Python, each environment, each engine."""

SUPPORTED = ("3.11", "3.12", "3.13")
_SHOW_VERSION = "import sys; print('.'.join(map(str, sys.version_info[:3])))"


@dataclass(frozen=True)
class Interpreter:
    """An interpreter and its version, such as 3.11.7."""

    path: str
    version: str

    @property
    def minor(self) -> str:
        """The version without its last number, such as 3.11."""
        return self.version.rpartition(".")[0]


@cache
def supported_interpreters() -> tuple[Interpreter, ...]:
    """The interpreter of the tests alone; in the long form, one of each supported version that is on this machine."""
    running = Interpreter(sys.executable, ".".join(map(str, sys.version_info[:3])))
    if not FULL:
        return (running,)
    found = (running if minor == running.minor else _find(minor) for minor in SUPPORTED)
    return tuple(interpreter for interpreter in found if interpreter is not None)


def missing_versions() -> list[str]:
    """The supported versions that the long form must leave out."""
    tested = {interpreter.minor for interpreter in supported_interpreters()}
    return [minor for minor in SUPPORTED if FULL and minor not in tested]


def _find(minor: str) -> Interpreter | None:
    for path in _candidates(minor):
        # A shim of pyenv is a file, and fails when its version is not selected.
        done = subprocess.run([path, "-c", _SHOW_VERSION], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.startswith(f"{minor}."):
            return Interpreter(path, done.stdout.strip())
    return None


def _candidates(minor: str) -> Iterator[str]:
    named = shutil.which(f"python{minor}")
    if named is not None:
        yield named
    yield from map(str, sorted(Path("/usr/bin").glob(f"python{minor}")))
    yield from map(str, sorted(Path.home().glob(f".pyenv/versions/{minor}.*/bin/python")))
    uv = [str(Path(sys.executable).parent / "uv"), "python", "find", "--no-python-downloads", minor]
    yield from subprocess.run(uv, capture_output=True, text=True, check=False).stdout.split()
