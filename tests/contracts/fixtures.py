"""Fixtures of contract tests and browser tests: the build workspace, and a server for JavaScript clients."""

import fcntl
import os
from collections.abc import Iterator

import pytest

from tests.contracts.build_workspace import BuildWorkspace
from tests.support.constants import NO_LIMITS_PER_ADDRESS
from tests.support.engines import Engines
from tests.support.server import Server


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> BuildWorkspace:
    """The build workspace, built by the first process that needs it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with (folder / "workspace.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return BuildWorkspace(folder / "workspace").build()


@pytest.fixture(scope="session")
def endpoint(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that accepts many clients with failed attempts from one address."""
    folder = tmp_path_factory.mktemp("endpoint")
    limits = {**NO_LIMITS_PER_ADDRESS, "CONNECTION_INIT_TIMEOUT": "4s"}
    with Server(engines.sqlite(folder), folder, **limits) as running:
        yield f"{running.url}/graphql"
