"""A SessionQL server in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.support.cli import Result, run
from tests.support.client import Device
from tests.support.constants import FIREFOX
from tests.support.processes import ChildProcess, ForkedCommand, environment

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "docs" / "programs"
STOP_TIMEOUT = 15
POLL_SECONDS = 0.02


class Server:
    """`sessionql serve` on a free port. Settings are given as for the environment; a `.env` in the folder counts.

    The process is forked from one that has loaded the code, which saves two seconds of CPU for each server.
    """

    start_timeout = 60
    """The maximum time until the server answers, in seconds."""

    def __init__(self, database_url: str, folder: Path, *arguments: str, **settings: str) -> None:
        self._port = free_port()
        self._folder = folder
        self._arguments = arguments
        self._settings = {
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder),
            "PORT": str(self._port),
            **settings,
        }
        self._process: ChildProcess | None = None
        self._devices: list[Device] = []
        self.url = f"http://127.0.0.1:{self._port}"

    @property
    def command(self) -> list[str]:
        """The command that starts it."""
        return ["sessionql", "serve", *self._arguments]

    @property
    def keys_file(self) -> Path:
        """The file with the keys of this server; another server may share it."""
        return self._folder / "keys.json"

    @property
    def log(self) -> str:
        """The output of the server so far."""
        return (self._folder / "server.log").read_text()

    @property
    def memory(self) -> int:
        """The resident memory of the running server, in bytes (Linux, proc(5))."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])

    def start(self) -> Self:
        """Start the server and wait until it answers. Raises AssertionError with its log if it does not."""
        self._process = self._launch(self._folder / "server.log", environment(**self._settings))
        self._wait()
        return self

    def _launch(self, log: Path, env: dict[str, str]) -> ChildProcess:
        return ForkedCommand(self._folder, self.command, env, [Path(os.devnull), log, log])

    def stop(self, sig: signal.Signals = signal.SIGTERM) -> int:
        """Stop the server; returns its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(sig)
        try:
            return self._process.wait(STOP_TIMEOUT)
        finally:
            self._process.kill()
            self._process = None

    def run(self, *arguments: str, **settings: str) -> Result:
        """Run a command on the database of this server. With SQLite the server stops meanwhile."""
        url = self._settings["DATABASE_URL"]
        stops = url.startswith("sqlite") and self._process is not None
        if stops:
            self.stop()
        try:
            return run(self._folder, *arguments, DATABASE_URL=url, **settings)
        finally:
            if stops:
                self.start()

    def device(self, user_agent: str = FIREFOX) -> Device:
        """A client of this server, closed with it."""
        device = Device(self.url, user_agent)
        self._devices.append(device)
        return device

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for device in self._devices:
            device.close()
        self.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + self.start_timeout
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise AssertionError(f"the server ended:\n{self.log}")
            if self._is_healthy():
                return
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"the server does not answer:\n{self.log}")

    def _is_healthy(self) -> bool:
        # httpx would load all certificates of the machine for each attempt.
        connection = HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            connection.request("GET", f"{urlsplit(self.url).path}/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class InstalledServer(Server):
    """A server that runs the installed command: for tests of start and end, and for several worker processes."""

    @property
    def command(self) -> list[str]:
        """The command line that starts it."""
        return [sys.executable, "-m", *super().command]

    def _launch(self, log: Path, env: dict[str, str]) -> ChildProcess:
        with log.open("ab") as output:
            # A process group of its own, so that a signal to it reaches its workers too.
            return subprocess.Popen(
                self.command, env=env, cwd=self._folder, stdout=output, stderr=output, start_new_session=True
            )


class Program(InstalledServer):
    """A program of `docs/programs` that mounts SessionQL at /auth, served by uvicorn with these options."""

    def __init__(self, name: str, database_url: str, folder: Path, *options: str, **settings: str) -> None:
        super().__init__(database_url, folder, **settings)
        self._name = name
        self._options = options
        self.site = f"http://127.0.0.1:{self._port}"
        self.url = f"{self.site}/auth"

    @property
    def command(self) -> list[str]:
        """The command line that starts it."""
        return [
            *(sys.executable, "-m", "uvicorn", f"{self._name}:app", "--port", str(self._port)),
            *("--app-dir", str(PROGRAMS), *self._options),
        ]


class ServedProgram(Program):
    """A program of `docs/programs` that `sessionql serve` serves."""

    @property
    def command(self) -> list[str]:
        """The command line that starts it."""
        serve = [sys.executable, "-m", "sessionql", "serve", f"{self._name}:app"]
        return [*serve, "--app-dir", str(PROGRAMS), *self._options]


class _Forked(InstalledServer):
    def _launch(self, log: Path, env: dict[str, str]) -> ChildProcess:
        _python, _module, *command = self.command
        return ForkedCommand(self._folder, command, env, [Path(os.devnull), log, log])


class ForkedProgram(_Forked, Program):
    """The same in a forked process, for tests of requests: uvicorn's modules are loaded before its start."""


class ForkedServedProgram(_Forked, ServedProgram):
    """The same in a forked process, with one worker."""


def free_port() -> int:
    """A port that no program listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
