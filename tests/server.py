"""A real SessionQL server in a process of its own, and a device that talks to it over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)

LOG_IN = """
mutation LogIn($input: LoginInput!) { login(input: $input) {
  session { id device } tokens { accessToken refreshToken } errors { ... on UserError { code message } }
} }"""
REGISTER = LOG_IN.replace("LogIn(", "Register(").replace("LoginInput", "RegisterInput").replace("login(", "register(")
REFRESH = """
mutation Refresh($input: RefreshInput!) { refresh(input: $input) {
  tokens { accessToken refreshToken } errors { ... on UserError { code message } }
} }"""


class Server:
    """`sessionql serve` on a free port. Settings are given as for the environment; a `.env` in the folder counts."""

    start_timeout = 30
    """Seconds."""

    def __init__(self, database_url: str, folder: Path, *arguments: str, **settings: str) -> None:
        self._database_url = database_url
        self._folder = folder
        self._arguments = arguments
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._devices: list[Device] = []
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    @property
    def command(self) -> list[str]:
        """What is run."""
        return [sys.executable, "-m", "sessionql", "serve", *self._arguments]

    @property
    def keys_file(self) -> Path:
        """Where it keeps its keys, for another server to use too."""
        return self._folder / "keys.json"

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return (self._folder / "server.log").read_text()

    def start(self) -> Self:
        """Start, and wait until it answers."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("SESSIONQL_")}
        settings = {
            "DATABASE_URL": self._database_url,
            "DATA_DIR": str(self._folder),
            "PORT": str(self._port),
            **self._settings,
        }
        environment = ours | {f"SESSIONQL_{name}": value for name, value in settings.items()}
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                env=environment,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                # A group of its own, so that a signal to it reaches its workers too.
                start_new_session=True,
            )
        self._wait()
        return self

    def stop(self, signal_: signal.Signals = signal.SIGTERM) -> int:
        """Stop, and say with which code it ended."""
        if self._process is None:
            return 0
        self._process.send_signal(signal_)
        try:
            return self._process.wait(15)
        finally:
            self._process.kill()
            self._process = None

    def device(self, user_agent: str = FIREFOX) -> "Device":
        """Somebody's browser."""
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
            try:
                if httpx.get(f"{self.url}/healthz", timeout=2).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the server does not answer:\n{self.log}")


class Program(Server):
    """A program of `docs/programs` that SessionQL is a part of, at /auth."""

    def __init__(self, name: str, database_url: str, folder: Path, **settings: str) -> None:
        super().__init__(database_url, folder, **settings)
        self._name = name
        self.site = f"http://127.0.0.1:{self._port}"
        self.url = f"{self.site}/auth"

    @property
    def command(self) -> list[str]:
        """It is served like any other."""
        return [
            *(sys.executable, "-m", "uvicorn", f"{self._name}:app", "--port", str(self._port)),
            *("--app-dir", str(Path(__file__).parents[1] / "docs" / "programs")),
        ]


class Device:
    """A browser that keeps the tokens it was given."""

    def __init__(self, url: str, user_agent: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, headers={"User-Agent": user_agent, "Origin": url}, timeout=20)
        self.access_token: str | None = None
        self.refresh_token: str | None = None
        self.session_id = ""

    def close(self) -> None:
        """Close the browser's connections."""
        self._http.close()

    def ask(self, query: str, **variables: Any) -> Any:
        """The whole answer to an operation: `data`, `errors` or both."""
        headers = {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}
        return self._http.post("/graphql", json={"query": query, "variables": variables}, headers=headers).json()

    def get(self, query: str, **variables: Any) -> Any:
        """The data of an operation that must not fail."""
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    def code(self, query: str, **variables: Any) -> str:
        """The code of the error that an operation must fail with."""
        answer = self.ask(query, **variables)
        return str(answer["errors"][0]["extensions"]["code"])

    def register(self, email: str, password: str = "correct horse battery") -> Self:
        """Make an account on this device."""
        return self._keep(self.get(REGISTER, input={"email": email, "password": password})["register"])

    def log_in(self, email: str, password: str = "correct horse battery") -> Self:
        """Log in on this device."""
        return self._keep(self.get(LOG_IN, input={"email": email, "password": password})["login"])

    def refresh(self) -> Any:
        """Exchange the refresh token; keeps the new ones when that works."""
        payload = self.get(REFRESH, input={"refreshToken": self.refresh_token})["refresh"]
        if not payload["errors"]:
            self._keep_tokens(payload)
        return payload

    def _keep(self, payload: Any) -> Self:
        assert payload["errors"] == [], payload
        self.session_id = payload["session"]["id"]
        self._keep_tokens(payload)
        return self

    def _keep_tokens(self, payload: Any) -> None:
        self.access_token = payload["tokens"]["accessToken"]
        self.refresh_token = payload["tokens"]["refreshToken"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
