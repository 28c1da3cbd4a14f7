"""A server with production defaults and its clients."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.cli import run
from tests.support.client import Device
from tests.support.constants import FIREFOX
from tests.support.engines import Engines
from tests.support.server import Server

SCOPES = ("create-sessions", "introspect", "reauthenticate")


@dataclass(frozen=True)
class Production:
    """The URL of a server with default settings, and the keys of services."""

    url: str
    key: str
    operator: str

    def user(self) -> str:
        """Return the access token of a user who has just registered."""
        return new_user_token(self.url)


@pytest.fixture(scope="session")
def production(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """One server on SQLite; only the location of its data is set."""
    folder = tmp_path_factory.mktemp("production")
    url = engines.sqlite(folder)

    def key(*scopes: str) -> str:
        made = run(
            folder, "service-keys", "create", "Auditor", *(f"--scope={each}" for each in scopes), DATABASE_URL=url
        )
        return next(word for word in made.out.split() if word.startswith("sqls_"))

    others, operator = key(*SCOPES), key("operator")
    with Server(url, folder) as running:
        yield Production(running.url, others, operator)


def new_user_token(url: str) -> str:
    """Register a new user; returns the access token, which is valid for five minutes."""
    device = Device(url, FIREFOX).register(f"{secrets.token_hex(8)}@example.com")
    device.close()
    return device.access_token or ""
