"""SessionQL as it is installed in an environment: its server, and its commands."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.packaging.environments import Environment
from tests.support.cli import Result
from tests.support.processes import environment
from tests.support.server import InstalledServer as CommandServer

_RUNNER = Path(__file__).with_name("command_runner.py")


class InstalledServer(CommandServer):
    """`sessionql serve` of an environment."""

    # A new environment has no bytecode yet: the first start compiles every module.
    start_timeout = 120

    def __init__(self, installed: Environment, database_url: str, folder: Path, **settings: str) -> None:
        super().__init__(database_url, folder, **settings)
        self._installed = installed

    @property
    def command(self) -> list[str]:
        """The command of the environment."""
        return [self._installed.sessionql, "serve"]


def run_command(installed: Environment, folder: Path, *arguments: str, **settings: str) -> Result:
    """Run the command `sessionql` of an environment, as a user does."""
    done = subprocess.run(
        [installed.sessionql, *arguments],
        cwd=folder,
        env=environment(DATA_DIR=str(folder), **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


class CommandLine:
    """The commands of an environment, on one database. Counts which were run."""

    def __init__(self, installed: Environment, database_url: str, folder: Path) -> None:
        self.commands_run: list[tuple[str, ...]] = []
        self._process = subprocess.Popen(
            [installed.python, str(_RUNNER)],
            cwd=folder,
            env=environment(DATABASE_URL=database_url, DATA_DIR=str(folder)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, command: str, *options: str) -> str:
        """What a command writes to standard output. It must succeed."""
        words = command.split()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([*words, *options]) + "\n")
        self._process.stdin.flush()
        done = Result(**json.loads(self._process.stdout.readline()))
        assert done.code == 0, (command, done)
        self.commands_run.append(tuple(words))
        return done.out

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=30)
