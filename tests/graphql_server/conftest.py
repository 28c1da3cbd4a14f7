"""Fixtures of these tests: a server with a schema that does not use sessions."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.graphql_server.live_server import LiveServer
from tests.graphql_server.minimal_schema import MinimalServer


@pytest.fixture
def minimal_server() -> MinimalServer:
    return MinimalServer()


@pytest.fixture
async def client(minimal_server: MinimalServer) -> AsyncIterator[httpx.AsyncClient]:
    async with minimal_server.client() as client:
        yield client


@pytest.fixture
async def live_server() -> AsyncIterator[LiveServer]:
    """A real server with subscriptions."""
    async with LiveServer().serve() as live_server:
        yield live_server
