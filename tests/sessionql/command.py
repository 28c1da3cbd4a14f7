"""The command line, as its users run it: in a process of its own, which finds what it needs already loaded."""

import multiprocessing
import os
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path

_LOADED = [
    "sessionql.cli.main",
    "sessionql.app.bootstrap",
    "sessionql.schema.build",
    "sessionql.resolvers.admin",
    "alembic.command",
    "asyncpg",
]
_SECONDS = 60


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
    with tempfile.TemporaryDirectory() as streams:
        files = [Path(streams, name) for name in ("in", "out", "err")]
        for file, text in zip(files, (typed, "", ""), strict=True):
            file.write_text(text)
        process = _forks().Process(target=_main, args=(folder, arguments, environment(**settings), files))
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise AssertionError(f"it goes on and on: {arguments}")
        return Done(process.exitcode, files[1].read_text(), files[2].read_text())


def _forks() -> ForkServerContext:
    """A process that has everything loaded, and forks for each command: a start in a fiftieth of the time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    return context


def _main(folder: Path, arguments: tuple[str, ...], variables: dict[str, str], files: list[Path]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    for number, file in enumerate(files):
        handle = os.open(file, os.O_RDWR | os.O_APPEND)
        os.dup2(handle, number)
    # Under `fork` standard input is taken away; a command finds what was typed.
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - the process ends
    sys.argv = ["sessionql", *arguments]
    from sessionql.cli.main import main  # noqa: PLC0415 - loaded before

    main()
