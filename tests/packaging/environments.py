"""Environments as users make them: the pinned packages of a lock file, and the wheel; nothing else."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.packaging.builds import ROOT, locked
from tests.packaging.interpreters import Interpreter

_FOLDER = ROOT / ".build" / "packaging"
_UV = str(Path(sys.executable).parent / "uv")


@dataclass(frozen=True)
class Environment:
    """An environment in which SessionQL is installed from its wheel."""

    folder: Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    @property
    def sessionql(self) -> str:
        """Its command `sessionql`."""
        return str(self.folder / "bin" / "sessionql")


def create_environment(wheel: Path, interpreter: Interpreter, *locks: str) -> Environment:
    """Install these lock files of `requirements/`, then the wheel without its dependencies.

    Fails when the lock files are not all that the wheel requires. An environment is kept for later runs with the same
    wheel, lock files and interpreter.
    """
    files = [ROOT / "requirements" / f"{lock}.lock" for lock in locks]
    label = f"{'-'.join(locks)}-{interpreter.version}"
    digest = sha256(b"".join(file.read_bytes() for file in (wheel, *files))).hexdigest()[:16]
    folder = _FOLDER / label / digest
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent):
        if not (folder / "complete").exists():
            for outdated in folder.parent.iterdir():
                shutil.rmtree(outdated)
            _uv("venv", "--python", interpreter.path, str(folder))
            environment = Environment(folder)
            required = [option for file in files for option in ("--requirements", str(file))]
            _uv("pip", "install", "--python", environment.python, "--require-hashes", *required)
            _uv("pip", "install", "--python", environment.python, "--no-index", "--no-deps", str(wheel))
            _uv("pip", "check", "--python", environment.python)
            (folder / "complete").touch()
    return Environment(folder)


def _uv(*arguments: str) -> None:
    done = subprocess.run([_UV, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
