"""Runs the command line in a forked process."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import ForkedCommand, environment

TIMEOUT = 60


@dataclass(frozen=True)
class Result:
    """The output and the exit code of a command."""

    code: int
    out: str
    err: str

    @property
    def problem(self) -> str:
        """The message of a command that must fail; it contains no traceback."""
        assert self.code not in {0, None}, self
        assert "Traceback" not in self.out + self.err, self
        return self.err.strip()


def run(folder: Path, *arguments: str, typed: str = "", **settings: str) -> Result:
    """Run `sessionql` in a folder. Settings are given as for the environment, `typed` is standard input.

    Raises TimeoutError after 60 seconds.
    """
    settings.setdefault("DATA_DIR", str(folder))
    with tempfile.TemporaryDirectory() as streams:
        files = [Path(streams, name) for name in ("in", "out", "err")]
        for file, text in zip(files, (typed, "", ""), strict=True):
            file.write_text(text)
        process = ForkedCommand(folder, ["sessionql", *arguments], environment(**settings), files)
        try:
            code = process.wait(TIMEOUT)
        finally:
            process.kill()
        return Result(code, files[1].read_text(), files[2].read_text())
