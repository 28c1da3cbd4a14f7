"""What contracts share, and stories in a browser: the workshop, and a server that clients live their stories with."""

import fcntl
import os
from collections.abc import Iterator

import pytest

from tests.contracts.workshop import Workshop
from tests.support.engines import Engines
from tests.support.server import Server


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The workshop, built by whichever process needs it first."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with (folder / "workshop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return Workshop(folder / "workshop").build()


@pytest.fixture(scope="session")
def endpoint(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server where many clients of one address may be wrong, each of them a little."""
    folder = tmp_path_factory.mktemp("endpoint")
    limits = {"ATTEMPTS_PER_ADDRESS": "0", "REGISTRATIONS_PER_ADDRESS": "0", "CONNECTION_INIT_TIMEOUT": "4s"}
    with Server(engines.sqlite(folder), folder, **limits) as running:
        yield f"{running.url}/graphql"
