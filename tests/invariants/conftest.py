"""Two workers of one server: on PostgreSQL each with a pool and a cache of its own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from sessionql.app.bootstrap import system_clock
from sessionql.resolvers.background.activity import Activity
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.storage import Storage
from sessionql.storage.storage import connect
from tests.invariants.races import Workers
from tests.resolvers.builders import make_tokens

UNCOUNTED = Policy(
    attempts_per_account=0,
    attempts_per_address=0,
    registrations_per_address=0,
    logins_per_account=0,
    logins_per_address=0,
)
"""No rate limits: races try more often than they allow."""


def worker_of(deps: Dependencies, storage: Storage) -> Dependencies:
    """Return a worker that shares only the keys with the others. It writes every activity to the database."""
    return replace(
        deps,
        storage=storage,
        tokens=make_tokens(deps.tokens.keys()),
        activity=Activity(storage, timedelta(0)),
        clock=system_clock,
        policy=UNCOUNTED,
    )


@pytest.fixture
async def workers(deps: Dependencies, database_url: str, engine: str) -> AsyncIterator[Workers]:
    """Two workers; on SQLite, which serves one process, they share a connection."""
    first = worker_of(deps, deps.storage)
    if engine == "sqlite":
        yield first, worker_of(deps, deps.storage)
        return
    storage = Storage(connect(database_url), deps.storage.lifetimes)
    yield first, worker_of(deps, storage)
    await storage.database.close()
