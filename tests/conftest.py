"""Fixtures of all tests: engines, a manual clock, the application, and servers."""

import os
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
from _pytest.nodeid import NodeId
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from sessionql.app.factory import create_app
from sessionql.resolvers.background.activity import Activity
from sessionql.resolvers.background.pubsub import PubSub
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.devices.locations import Locations
from sessionql.resolvers.passwords import Passwords
from sessionql.resolvers.tokens.access import AccessTokens
from sessionql.resolvers.tokens.keys import KeyRing
from sessionql.settings.mode import Mode
from sessionql.settings.settings import Settings
from sessionql.storage import Lifetimes, Storage
from sessionql.storage.storage import connect
from tests.support.constants import NO_LIMITS_PER_ADDRESS
from tests.support.engines import GIVEN, Engines, PostgresqlServer, find_postgresql
from tests.support.proxy import proxy_command
from tests.support.server import InstalledServer, Server

pytest_plugins = ["tests.contract_table", "tests.contracts.fixtures", "tests.packaging.report"]

# On a busy machine the duration of an example means nothing.
hypothesis.settings.register_profile("patient", hypothesis.settings.get_profile("default"), deadline=None)
if not os.environ.get("CI"):
    hypothesis.settings.load_profile("patient")

ENGINES = ("sqlite", "postgresql")
developing = pytest.mark.parametrize("mode", ["development"])
"""For tests of features that only development mode has."""
LOCK, INSTALLED = (
    Path(__file__).parents[1] / path for path in ("tests/clients/package-lock.json", ".build/clients/installed.json")
)
CODEGEN, GQL_3 = (Path(__file__).parents[1] / ".build" / name / "installed.lock" for name in ("codegen", "gql3"))
SERVER = pytest.StashKey[PostgresqlServer]()


def pytest_configure(config: pytest.Config) -> None:
    """Find a PostgreSQL once; worker processes inherit its address."""
    # Tests run in production mode and register their users, which its default does not allow.
    os.environ["SESSIONQL_ACCOUNTS"] = "open"
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[SERVER] = found = find_postgresql()
        os.environ[GIVEN] = found.url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the engines of the run, and what is missing on this machine."""
    if SERVER in config.stash:
        found = config.stash[SERVER]
        terminalreporter.write_line(
            f"engines: SQLite {sqlite3.sqlite_version}; PostgreSQL {found.version} ({found.origin})"
        )
    for marker, what in missing().items():
        terminalreporter.write_line(f"{marker}: no {what} here, so tests marked `{marker}` did not run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests whose tools are missing on this machine; the summary names them. CI must have every tool."""
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in missing())]
    if left_out and os.environ.get("CI"):
        raise pytest.UsageError(f"CI needs what these tests do: {', '.join(missing())}")
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    for item in items:
        if group := _group_of(item):
            item.add_marker(pytest.mark.xdist_group(group))
            if getattr(config.option, "loadgroup", False):
                # What xdist's worker does: since pytest 9.2, what xdist 3.8 sets is no longer read.
                item._id = NodeId.parse(f"{item.nodeid}@{group}")


def _group_of(item: pytest.Item) -> str | None:
    """Tests that share something expensive run in one process (`--dist loadgroup`), so that it starts only once."""
    info: Any = getattr(item, "_fixtureinfo", None)
    names = set(info.names_closure) if info else set()
    if "chromium" in names or (info and any(each[-1].scope == "module" for each in info.name2fixturedefs.values())):
        return item.nodeid.partition("::")[0]
    return next((name for name in ("workspace", "production") if name in names), None)


@cache
def missing() -> dict[str, str]:
    """Return the missing tools by the marker of the tests that need them."""
    found = {}
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        found["browser"] = "Chromium"
    if not (shutil.which("firefox-esr") or shutil.which("firefox")):
        found["firefox"] = "Firefox"
    if not (shutil.which("node") and INSTALLED.exists() and INSTALLED.read_bytes() == LOCK.read_bytes()):
        found["node"] = "node with today's packages"
    if not all(proxy_command(name) for name in ("haproxy", "nginx")):
        found["proxies"] = "HAProxy and nginx"
    if not CODEGEN.exists():
        found["codegen"] = "generator of Python clients"
    if not GQL_3.exists():
        found["gql3"] = "gql 3"
    return found


class FakeClock:
    """A clock that moves only by `advance`."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 11, 16, 10, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> datetime:
        """Move the clock; returns the new time."""
        self.now += timedelta(**duration)
        return self.now


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    name = f"sessionql_test_{os.getpid()}_{secrets.token_hex(3)}"
    made = Engines(os.environ[GIVEN], name, tmp_path_factory.mktemp("engines"))
    yield made
    made.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the engine of this test."""
    return str(request.param)


@pytest.fixture
def database_url(engine: str, engines: Engines, tmp_path: Path) -> str:
    """An empty database with the current tables, on each engine."""
    return engines.sqlite(tmp_path) if engine == "sqlite" else engines.postgresql()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lifetimes() -> Lifetimes:
    return Lifetimes(idle=timedelta(days=30), absolute=timedelta(days=90))


@pytest.fixture
async def storage(database_url: str, lifetimes: Lifetimes) -> AsyncIterator[Storage]:
    """Open storage on each engine."""
    storage = Storage(connect(database_url), lifetimes)
    await storage.database.open()
    yield storage
    await storage.database.close()


@pytest.fixture(scope="session")
def cheap_passwords() -> Iterator[Passwords]:
    """Password hashing with minimal cost, for tests that are not about it."""
    passwords = Passwords(time_cost=1, memory_kib=8)
    yield passwords
    passwords.close()


@pytest.fixture
def deps(storage: Storage, clock: FakeClock, cheap_passwords: Passwords) -> Dependencies:
    """The dependencies of resolvers, on each engine."""
    ring = KeyRing.generate(clock())
    lifetime = timedelta(minutes=5)
    return Dependencies(
        storage=storage,
        tokens=AccessTokens(lambda: ring, issuer="sessionql", audience="sessionql", lifetime=lifetime),
        passwords=cheap_passwords,
        activity=Activity(storage, timedelta(seconds=60)),
        locations=Locations(),
        pubsub=PubSub(storage),
        clock=clock,
        new_id=uuid7,
        policy=Policy(),
    )


@pytest.fixture
def mode() -> Mode:
    """Production, unless the test is marked `developing`."""
    return "production"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mode: Mode) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database_url, mode=mode)


@pytest.fixture
async def app(settings: Settings, clock: FakeClock) -> AsyncIterator[FastAPI]:
    """The application in this process, on each engine, with the clock of the test."""
    app = create_app(settings, clock=clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the application."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as client:
        yield client


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """The installed command `sessionql serve`, for tests of its start and its end."""
    with InstalledServer(database_url, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def standing_servers(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """A server for each engine, shared by all tests of this process."""
    with ExitStack() as stack:

        @cache
        def standing(engine: str) -> Server:
            folder = tmp_path_factory.mktemp(engine)
            url = engines.sqlite(folder) if engine == "sqlite" else stack.enter_context(engines.lasting_postgresql())
            return stack.enter_context(Server(url, folder, **NO_LIMITS_PER_ADDRESS))

        yield standing


@pytest.fixture
def standing(engine: str, standing_servers: Callable[[str], Server]) -> Server:
    """A shared server on each engine. Tests create users of their own and never stop it."""
    return standing_servers(engine)


@pytest.fixture
def ana() -> str:
    """An e-mail address without an account."""
    return f"ana-{secrets.token_hex(6)}@example.com"


@pytest.fixture(scope="session")
def server_url(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of one server on SQLite in development mode, with GraphiQL. Tests create users of their own."""
    folder = tmp_path_factory.mktemp("server")
    with Server(engines.sqlite(folder), folder, MODE="development", REGISTRATIONS_PER_ADDRESS="0") as running:
        yield running.url
