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
from sessionql.storage.notifications import Listener, PendingNotifications, decode, encode
from sessionql.storage.postgresql_errors import TIMEOUT, wrap_errors

CHANNEL = "sessionql"

HEARTBEAT_INTERVAL = 5.0
"""Seconds between two looks whether the connection that listens still lives."""

_NOTIFY = "SELECT pg_notify($1, told) FROM unnest($2::text[]) AS told"


async def notify(connection: Any, notifications: PendingNotifications) -> None:
    """Have the notifications sent when the transaction of this connection commits."""
    if texts := [encode(each) for each in notifications]:
        await connection.execute(_NOTIFY, CHANNEL, texts)


@asynccontextmanager
async def listen(url: str, hear: Listener) -> AsyncIterator[Lost]:
    """See `sessionql.storage.database.Database.listening`. Holds a connection of its own."""
    lost: Lost = asyncio.get_running_loop().create_future()
    with wrap_errors():
        connection = await asyncpg.connect(
            url, timeout=TIMEOUT, command_timeout=TIMEOUT, server_settings={"application_name": "sessionql listener"}
        )
    pulse = asyncio.create_task(_heartbeat(connection, lost))
    try:
        with wrap_errors():
            await connection.add_listener(CHANNEL, _callback(hear))
        connection.add_termination_listener(lambda _: _mark_lost(lost))
        yield lost
    finally:
        pulse.cancel()
        with suppress(Exception):
            await connection.close(timeout=TIMEOUT)


def _callback(hear: Listener) -> Any:
    def heard(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
        # The channel is open to every user of the database.
        if (notification := decode(payload)) is not None:
            hear(notification)

    return heard


async def _heartbeat(connection: Any, lost: Lost) -> None:
    """A server that vanished without a word is noticed by asking it something."""
    try:
        while True:
            await asyncio.sleep(HEARTBEAT_INTERVAL)
            await connection.execute("SELECT 1")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        _mark_lost(lost)


def _mark_lost(lost: Lost) -> None:
    if not lost.done():
        lost.set_result(None)
