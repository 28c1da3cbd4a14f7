"""Fixtures of the tests of the storage: two users, and databases without tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sessionql.storage import Storage
from sessionql.storage.records import UserRecord
from tests.storage.builders import keep_user
from tests.support.engines import Engines


@pytest.fixture
async def ana(storage: Storage) -> UserRecord:
    return await keep_user(storage, "ana@example.com")


@pytest.fixture
async def bob(storage: Storage) -> UserRecord:
    """Bob, another user."""
    return await keep_user(storage, "bob@example.com")


@pytest.fixture
def empty_url(engine: str, engines: Engines, tmp_path: Path) -> Iterator[str]:
    """A database without tables, on each engine."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    with engines.empty_postgresql(f"{engines._name}_empty") as url:
        yield url
