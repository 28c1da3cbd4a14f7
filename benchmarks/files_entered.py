"""How many of our files one request enters: what a reader has to open to follow it.

    .venv/bin/python benchmarks/files_entered.py

Sends requests to an application in this process, on SQLite, and records each file of `sessionql` in which a function
is called between the request and its response, also in other threads. Prints the files and their number. Fails when
there are more than MAX_FILES.
"""

import asyncio
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

import sessionql
from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings

MAX_FILES = {
    "GET /sessions": 25,
    "mySessions, a new document": 43,
    "mySessions, a known document": 37,
    "revokeSession": 43,
}
PACKAGE = Path(sessionql.__file__).parent
ANA = {"email": "ana@example.com", "password": "correct horse battery"}
MY_SESSIONS = "{ mySessions { id device ipAddress lastActive isCurrent } }"
REVOKE = "mutation($id: ID!) { revokeSession(sessionId: $id) { session { id } errors { ... on UserError { code } } } }"


class Recorder:
    """Records the files of the calls of all threads that begin after it, while `record` runs."""

    def __init__(self) -> None:
        self._files: set[str] | None = None
        threading.setprofile(self._call)

    @contextmanager
    def record(self) -> Iterator[set[str]]:
        """The paths below `sessionql` in which a function is called while the block runs."""
        paths, files = set[str](), set[str]()
        self._files = files
        sys.setprofile(self._call)
        try:
            yield paths
        finally:
            sys.setprofile(None)
            self._files = None
            paths.update(path for file in files if (path := _product_path(file)))

    def _call(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and self._files is not None:
            self._files.add(frame.f_code.co_filename)


@cache
def _product_path(file: str) -> str | None:
    """The path of a file of ours; None for any other. The packages are links in `sessionql`."""
    path = Path(file)
    return path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else None


async def measure(folder: Path) -> dict[str, list[str]]:
    """The files that each kind of request of MAX_FILES enters."""
    recorder = Recorder()
    url = f"sqlite:///{folder / 'sessions.sqlite3'}"
    app = create_app(Settings(data_dir=folder, database_url=url, accounts="open"))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as http,
    ):
        tokens = (await http.post("/register", json=ANA)).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        phones = [(await http.post("/login", json=ANA)).raise_for_status().json()["session"]["id"] for _ in range(2)]

        async def ask(query: str, **variables: str) -> None:
            response = await http.post("/graphql", json={"query": query, "variables": variables})
            if "errors" in response.json():
                raise RuntimeError(response.text)

        async def files_of(request: Callable[[], Awaitable[object]]) -> list[str]:
            with recorder.record() as paths:
                await request()
            return sorted(paths)

        await http.get("/sessions")
        await ask("{ __typename }")
        await ask(REVOKE, id=phones[0])
        return {
            "GET /sessions": await files_of(lambda: http.get("/sessions")),
            "mySessions, a new document": await files_of(lambda: ask(MY_SESSIONS)),
            "mySessions, a known document": await files_of(lambda: ask(MY_SESSIONS)),
            "revokeSession": await files_of(lambda: ask(REVOKE, id=phones[1])),
        }


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder)))
    for kind, files in found.items():
        print(f"{kind}: {len(files)} files, at most {MAX_FILES[kind]}")
        print("".join(f"  {file}\n" for file in files))
    if too_many := [kind for kind, files in found.items() if len(files) > MAX_FILES[kind]]:
        raise SystemExit(f"Too many files: {', '.join(too_many)}.")


if __name__ == "__main__":
    main()
