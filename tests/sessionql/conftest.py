"""What the tests of the application share."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from sessionql.resolvers.passwords import Passwords
from tests.sessionql.browser import Browser, browser_of


@pytest.fixture
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """For applications in this process whose tests are not about what hashing costs."""
    monkeypatch.setattr("sessionql.app.bootstrap.Passwords", lambda: Passwords(time_cost=1, memory_kib=8))


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Browser]:
    """A browser on the application's own pages."""
    async with browser_of(app) as browser:
        yield browser
