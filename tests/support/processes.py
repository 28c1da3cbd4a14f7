"""Processes that fork from one that has loaded everything: they start in a fraction of the time and CPU."""

import multiprocessing
import os
import signal
import sys
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Protocol

_PRELOAD = [
    "sessionql.cli.main",
    "sessionql.server.run",
    "sessionql.app.bootstrap",
    "sessionql.schema.build",
    "sessionql.resolvers.admin",
    "sessionql.storage.sqlite",
    "alembic.command",
    "alembic.config",
    "asyncpg",
    "ua_parser.loaders",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
]


class ChildProcess(Protocol):
    """What tests need of a process; `subprocess.Popen` fits."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


class ForkedCommand:
    """`sessionql` or `uvicorn` with arguments, in a forked process. Streams are files: input, output, errors.

    It differs from the installed command in two ways: handlers of `atexit` do not run, and modules are loaded before
    the start.
    """

    def __init__(self, folder: Path, command: list[str], env: dict[str, str], streams: list[Path]) -> None:
        context: ForkServerContext = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOAD)
        self._process: ForkServerProcess = context.Process(target=_main, args=(folder, command, env, streams))
        self._process.daemon = True
        self._process.start()

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._process.pid
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code, or None while the process runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Wait for the end; returns the exit code. Raises TimeoutError."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"the process has not ended within {timeout} s")
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        """Send a signal to the process."""
        os.kill(self.pid, sig)

    def kill(self) -> None:
        """End the process at once, if it still runs."""
        if self._process.is_alive():
            self.send_signal(signal.SIGKILL)


def environment(**settings: str) -> dict[str, str]:
    """The environment of a process with these settings and no others. Tests register their users: see `conftest.py`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SESSIONQL_")}
    return inherited | {f"SESSIONQL_{name}": value for name, value in ({"ACCOUNTS": "open"} | settings).items()}


def _main(folder: Path, command: list[str], env: dict[str, str], streams: list[Path]) -> None:
    # A group of its own, as `start_new_session` of `subprocess` gives.
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    for number, path in enumerate(streams):
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        os.dup2(handle, number)
        os.close(handle)
    # multiprocessing closes standard input; a command must find what was typed.
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - the process ends
    sys.argv = command
    from uvicorn.main import main as uvicorn  # noqa: PLC0415 - loaded before the fork

    from sessionql.cli.main import main as sessionql  # noqa: PLC0415 - loaded before the fork

    if command[0] == "uvicorn":
        uvicorn()
    else:
        sessionql()
