"""What all tests share: the engines, a clock that moves when told, and a server to talk to."""

import os
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import hypothesis
import pytest
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
from tests.engines import GIVEN, Engines, PostgresqlServer, find_postgresql
from tests.server import Server

pytest_plugins = ["tests.contract_table", "tests.contracts.fixtures"]

# Machines are busy at times: how long an example takes says nothing of it.
hypothesis.settings.register_profile("patient", hypothesis.settings.get_profile("default"), deadline=None)
if not os.environ.get("CI"):
    hypothesis.settings.load_profile("patient")

ENGINES = ("sqlite", "postgresql")
developing = pytest.mark.parametrize("mode", ["development"])
"""For tests of what is there in development only."""
LOCK, INSTALLED = (
    Path(__file__).parents[1] / path for path in ("tests/clients/package-lock.json", ".build/clients/installed.json")
)
CODEGEN, GQL_3 = (Path(__file__).parents[1] / ".build" / name / "installed.lock" for name in ("codegen", "gql3"))
SERVER = pytest.StashKey[PostgresqlServer]()


def pytest_configure(config: pytest.Config) -> None:
    """Find a PostgreSQL once; the worker processes inherit its address."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[SERVER] = found = find_postgresql()
        os.environ[GIVEN] = found.url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say on which engines the tests ran."""
    if SERVER in config.stash:
        found = config.stash[SERVER]
        terminalreporter.write_line(
            f"engines: SQLite {sqlite3.sqlite_version}; PostgreSQL {found.version} ({found.origin})"
        )
    for marker, what in missing().items():
        terminalreporter.write_line(f"{marker}: no {what} here, so tests marked `{marker}` did not run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests of what is not on this machine; the summary says so. CI goes without nothing."""
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in missing())]
    if left_out and os.environ.get("CI"):
        raise pytest.UsageError(f"CI needs what these tests do: {', '.join(missing())}")
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@cache
def missing() -> dict[str, str]:
    """What is not on this machine, by the marker of the tests that need it."""
    found = {}
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        found["browser"] = "Chromium"
    if not (shutil.which("node") and INSTALLED.exists() and INSTALLED.read_bytes() == LOCK.read_bytes()):
        found["node"] = "node with today's packages"
    if not CODEGEN.exists():
        found["codegen"] = "generator of Python clients"
    if not GQL_3.exists():
        found["gql3"] = "gql 3"
    return found


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 11, 16, 10, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> datetime:
        """Let time pass."""
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
    """The name of the engine that this run of the test is on."""
    return str(request.param)


@pytest.fixture
def database_url(engine: str, engines: Engines, tmp_path: Path) -> str:
    """An empty database with today's tables, on each engine in turn."""
    return engines.sqlite(tmp_path) if engine == "sqlite" else engines.postgresql()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lifetimes() -> Lifetimes:
    return Lifetimes(idle=timedelta(days=30), absolute=timedelta(days=90))


@pytest.fixture
async def storage(database_url: str, lifetimes: Lifetimes) -> AsyncIterator[Storage]:
    """Storage on each engine in turn."""
    storage = Storage(connect(database_url), lifetimes)
    await storage.database.open()
    yield storage
    await storage.database.close()


@pytest.fixture(scope="session")
def cheap_passwords() -> Iterator[Passwords]:
    """Hashing that costs next to nothing, for tests that are not about it."""
    passwords = Passwords(time_cost=1, memory_kib=8)
    yield passwords
    passwords.close()


@pytest.fixture
def deps(storage: Storage, clock: FakeClock, cheap_passwords: Passwords) -> Dependencies:
    """Everything resolvers need, on each engine in turn."""
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
    """Tests are about what people are served, unless they are `developing`."""
    return "production"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mode: Mode) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database_url, mode=mode)


@pytest.fixture
async def app(settings: Settings, clock: FakeClock) -> AsyncIterator[FastAPI]:
    """The whole application in this process, on each engine in turn, under the test's clock."""
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
    """A server in a process of its own, on each engine in turn."""
    with Server(database_url, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def standing_servers(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """A server on each engine that stands as long as the tests of this process run, from its first use on."""
    with ExitStack() as stack:

        @cache
        def standing(engine: str) -> Server:
            folder = tmp_path_factory.mktemp(engine)
            url = engines.sqlite(folder) if engine == "sqlite" else stack.enter_context(engines.lasting_postgresql())
            limits = {"ATTEMPTS_PER_ADDRESS": "0", "REGISTRATIONS_PER_ADDRESS": "0"}
            return stack.enter_context(Server(url, folder, **limits))

        yield standing


@pytest.fixture
def standing(engine: str, standing_servers: Callable[[str], Server]) -> Server:
    """Like `server`, for tests that make users of their own and let it stand: starting one takes longer than them."""
    return standing_servers(engine)


@pytest.fixture
def ana() -> str:
    """The address of somebody who has no account yet."""
    return f"ana-{secrets.token_hex(6)}@example.com"


@pytest.fixture(scope="session")
def server_url(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one server on SQLite, for tests that are about pages and make users of their own. It is in
    development: elsewhere there are no pages.
    """
    folder = tmp_path_factory.mktemp("server")
    with Server(engines.sqlite(folder), folder, MODE="development", REGISTRATIONS_PER_ADDRESS="0") as running:
        yield running.url
