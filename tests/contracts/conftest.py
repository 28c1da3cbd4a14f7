"""A server as it is in production, and those who ask it something."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.cli import run
from tests.support.client import Device
from tests.support.constants import FIREFOX
from tests.support.engines import Engines
from tests.support.server import Server

OTHERS = ("create-sessions", "introspect", "reauthenticate")


@dataclass(frozen=True)
class Production:
    """The address of a server with the default settings, and the keys of services that ask it."""

    url: str
    key: str
    operator: str

    def user(self) -> str:
        """The token of an ordinary user, who has just registered."""
        return token_of_somebody(self.url)


@pytest.fixture(scope="session")
def production(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """One server, on SQLite, of which nothing is set but where it keeps its data."""
    folder = tmp_path_factory.mktemp("production")
    url = engines.sqlite(folder)

    def key(*scopes: str) -> str:
        made = run(
            folder, "service-keys", "create", "Auditor", *(f"--scope={each}" for each in scopes), DATABASE_URL=url
        )
        return next(word for word in made.out.split() if word.startswith("sqls_"))

    others, operator = key(*OTHERS), key("operator")
    with Server(url, folder) as running:
        yield Production(running.url, others, operator)


def token_of_somebody(url: str) -> str:
    """The access token of a new user, which is good for five minutes."""
    device = Device(url, FIREFOX).register(f"{secrets.token_hex(8)}@example.com")
    device.close()
    return device.access_token or ""
