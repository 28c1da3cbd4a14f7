"""Fixtures of the tests of the application."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from sessionql.resolvers.passwords import Passwords
from tests.sessionql.browser import Browser, browser_of


@pytest.fixture
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """For applications in this process: the tests do not depend on the cost of hashing."""
    monkeypatch.setattr("sessionql.app.bootstrap.Passwords", lambda: Passwords(time_cost=1, memory_kib=8))


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Browser]:
    """A browser with a page of the application."""
    async with browser_of(app) as browser:
        yield browser
