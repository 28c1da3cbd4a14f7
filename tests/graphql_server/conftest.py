"""What these tests share: a server of a schema that has nothing to do with sessions."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.graphql_server.live_server import Listening
from tests.graphql_server.minimal_schema import Plain


@pytest.fixture
def plain() -> Plain:
    return Plain()


@pytest.fixture
async def client(plain: Plain) -> AsyncIterator[httpx.AsyncClient]:
    async with plain.client() as client:
        yield client


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    """A real server with subscriptions."""
    async with Listening().serve() as listening:
        yield listening
