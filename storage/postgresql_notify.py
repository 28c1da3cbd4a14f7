"""Notifications across workers and machines, by PostgreSQL's NOTIFY and LISTEN.

NOTIFY is part of its transaction: it is sent at commit and dropped at rollback. Transactions with NOTIFY commit one
after the other; transactions without notifications, like refreshes and reads, are not affected.
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
"""Time between two checks of the listening connection, in seconds."""

_NOTIFY = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload"


async def notify(connection: Any, notifications: PendingNotifications) -> None:
    """Send the notifications when the current transaction of the connection commits."""
    if payloads := [encode(notification) for notification in notifications]:
        await connection.execute(_NOTIFY, CHANNEL, payloads)


@asynccontextmanager
async def listen(url: str, listener: Listener) -> AsyncIterator[Lost]:
    """See `sessionql.storage.database.Database.listen`. Uses a connection outside the pool."""
    lost: Lost = asyncio.get_running_loop().create_future()
    with wrap_errors():
        connection = await asyncpg.connect(
            url, timeout=TIMEOUT, command_timeout=TIMEOUT, server_settings={"application_name": "sessionql listener"}
        )
    heartbeat = asyncio.create_task(_heartbeat(connection, lost))
    try:
        with wrap_errors():
            await connection.add_listener(CHANNEL, _callback(listener))
        connection.add_termination_listener(lambda _: _mark_lost(lost))
        yield lost
    finally:
        heartbeat.cancel()
        with suppress(Exception):
            await connection.close(timeout=TIMEOUT)


def _callback(listener: Listener) -> Any:
    def on_notification(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
        # Other programs may use the channel too: `decode` returns None for their payloads.
        if (notification := decode(payload)) is not None:
            listener(notification)

    return on_notification


async def _heartbeat(connection: Any, lost: Lost) -> None:
    """Query the server regularly, to notice that it is gone when it did not close the connection."""
    try:
        while True:
            await asyncio.sleep(HEARTBEAT_INTERVAL)
            await connection.execute("SELECT 1")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        _mark_lost(lost)


def _mark_lost(lost: Lost) -> None:
    if not lost.done():
        lost.set_result(None)
