"""Announcements across workers and machines, by PostgreSQL's NOTIFY and LISTEN.

NOTIFY belongs to its transaction: what rolls back was never announced, and what commits is. It makes the
commits of transactions that announce something wait for each other, which those that only refresh or
look never do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from sessionql.storage.database import Lost
from sessionql.storage.notifications import Announcements, Hear, decode, encode
from sessionql.storage.postgresql_errors import PATIENCE, wrapped

CHANNEL = "sessionql"

PULSE = 5.0
"""Seconds between two looks whether the connection that listens still lives."""

_NOTIFY = "SELECT pg_notify($1, told) FROM unnest($2::text[]) AS told"


async def announce(connection: Any, announcements: Announcements) -> None:
    """Have the announcements sent when the transaction of this connection commits."""
    if texts := [encode(each) for each in announcements]:
        await connection.execute(_NOTIFY, CHANNEL, texts)


@asynccontextmanager
async def listening(url: str, hear: Hear) -> AsyncIterator[Lost]:
    """See `sessionql.storage.database.Database.listening`. Holds a connection of its own."""
    lost: Lost = asyncio.get_running_loop().create_future()
    with wrapped():
        connection = await asyncpg.connect(
            url, timeout=PATIENCE, command_timeout=PATIENCE, server_settings={"application_name": "sessionql listener"}
        )
    pulse = asyncio.create_task(_feel(connection, lost))
    try:
        with wrapped():
            await connection.add_listener(CHANNEL, _to(hear))
        connection.add_termination_listener(lambda _: _tell(lost))
        yield lost
    finally:
        pulse.cancel()
        with suppress(Exception):
            await connection.close(timeout=PATIENCE)


def _to(hear: Hear) -> Any:
    def heard(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
        # The channel is open to every user of the database.
        if (announcement := decode(payload)) is not None:
            hear(announcement)

    return heard


async def _feel(connection: Any, lost: Lost) -> None:
    """A server that vanished without a word is noticed by asking it something."""
    try:
        while True:
            await asyncio.sleep(PULSE)
            await connection.execute("SELECT 1")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        _tell(lost)


def _tell(lost: Lost) -> None:
    if not lost.done():
        lost.set_result(None)
