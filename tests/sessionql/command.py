"""The command line, as its users run it: in a process of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Done:
    """What a command wrote, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def problem(self) -> str:
        """What a command that must fail said, which is for people and not for programmers."""
        assert self.code not in {0, None}, self
        assert "Traceback" not in self.out + self.err, self
        return self.err.strip()


def environment(**settings: str) -> dict[str, str]:
    """The environment of a process with these settings and no others."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SESSIONQL_")}
    return ours | {f"SESSIONQL_{name}": value for name, value in settings.items()}


def run(folder: Path, *arguments: str, typed: str = "", **settings: str) -> Done:
    """Run `sessionql` in a folder. Settings are given as for the environment."""
    settings.setdefault("DATA_DIR", str(folder))
    done = subprocess.run(
        [sys.executable, "-m", "sessionql", *arguments],
        env=environment(**settings),
        cwd=folder,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
