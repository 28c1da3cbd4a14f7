"""Fixtures of the tests of the schema: the users Ana and Eve, and password hashing that costs nothing."""

from pathlib import Path

import httpx
import pytest

from sessionql.resolvers.passwords import Passwords
from sessionql.settings.mode import Mode
from sessionql.settings.settings import Settings
from tests.schema.graphql_client import GraphQLClient


@pytest.fixture(autouse=True)
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of the schema do not depend on the cost of hashing."""
    monkeypatch.setattr("sessionql.app.bootstrap.Passwords", lambda: Passwords(time_cost=1, memory_kib=8))


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mode: Mode) -> Settings:
    """Without REST, whose routes take half of the time that creating an application takes."""
    return Settings(data_dir=tmp_path, database_url=database_url, mode=mode, rest=False)


@pytest.fixture
async def ana(http: httpx.AsyncClient) -> GraphQLClient:
    """Ana, who has just registered with her laptop."""
    return await GraphQLClient(http).register("ana@example.com", sessionName="Laptop")


@pytest.fixture
async def eve(http: httpx.AsyncClient, ana: GraphQLClient) -> GraphQLClient:  # noqa: ARG001 - Ana comes first
    """Eve, another user, who has just registered."""
    return await GraphQLClient(http).register("eve@example.com")
