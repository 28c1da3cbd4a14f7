"""Fixtures of subscriptions."""

from collections.abc import AsyncIterator

import pytest

from sessionql.resolvers.dependencies import Dependencies
from tests.resolvers.subscribers import run_pubsub


@pytest.fixture
async def listening(deps: Dependencies) -> AsyncIterator[Dependencies]:
    """Dependencies whose pub/sub receives notifications."""
    async with run_pubsub(deps):
        yield deps
