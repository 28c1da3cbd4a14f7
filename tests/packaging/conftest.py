"""The builds, and the environments that they are installed in."""

import os
import secrets
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.packaging.builds import Builds, build_all
from tests.packaging.cases import Case, cases
from tests.packaging.environments import Environment, create_environment
from tests.packaging.interpreters import Interpreter
from tests.packaging.report import WORKED
from tests.support.engines import GIVEN, Engines, run_sql, wait_for

Create = Callable[..., Environment]


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Builds:
    base = tmp_path_factory.getbasetemp()
    return build_all((base if worker_id == "master" else base.parent) / "builds")


@pytest.fixture(scope="session")
def create(builds: Builds) -> Create:
    """Gives an environment from an interpreter and the names of lock files."""

    @cache
    def create(interpreter: Interpreter, *locks: str) -> Environment:
        return create_environment(builds.wheel, interpreter, *locks)

    return create


@pytest.fixture(params=cases(), ids=str)
def case(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Case:
    case: Case = request.param
    record_property(WORKED, str(case))
    return case


@pytest.fixture
def installed(case: Case, create: Create) -> Environment:
    return create(case.interpreter, case.lock)


@pytest.fixture
def new_database_url(case: Case, engines: Engines, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if case.engine == "sqlite":
        yield f"sqlite:///{tmp_path}/sessionql.sqlite3"
        return
    name = f"sessionql_packaging_{os.getpid()}_{secrets.token_hex(3)}"
    yield engines.new_postgresql(name)
    wait_for(run_sql(os.environ[GIVEN], f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
