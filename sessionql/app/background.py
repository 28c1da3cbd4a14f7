"""Background tasks: write activity, delete old rows, receive notifications, reload the keys and the GeoIP database."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.locations import LocationsError
from sessionql.resolvers.devices.user_agent import describe
from sessionql.resolvers.pruning import delete_rate_limits_every, prune_every
from sessionql.resolvers.tokens.key_file import KeyFile, KeysError
from sessionql.settings.settings import Settings
from sessionql.storage import StorageError

log = logging.getLogger("sessionql")

INTERVAL = 5.0
"""Seconds between two writes of activity, and between two checks of the files."""


@asynccontextmanager
async def background(settings: Settings, deps: Dependencies, keys: KeyFile) -> AsyncIterator[None]:
    """Run the background tasks while the block runs, and write the remaining activity at its end."""
    tasks = [
        asyncio.create_task(deps.activity.flush_every(INTERVAL)),
        asyncio.create_task(prune_every(deps, settings.prune_interval.total_seconds())),
        asyncio.create_task(delete_rate_limits_every(deps)),
        asyncio.create_task(_reload_files(keys, deps)),
        asyncio.create_task(deps.pubsub.run()),
        # Building its tables takes a third of a second, which the first log-in must not wait for.
        asyncio.create_task(asyncio.to_thread(describe, "Mozilla/5.0")),
    ]
    try:
        await deps.pubsub.started()
        yield
    finally:
        await _cancel(tasks)
        deps.pubsub.reset()
        try:
            await deps.activity.flush()
        except StorageError as error:
            log.warning("The last activity could not be written: %s", error)


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            log.error("A background task had failed", exc_info=outcome)


async def _reload_files(keys: KeyFile, deps: Dependencies) -> None:
    """Read the keys and the GeoIP database again when they were replaced. A broken file changes nothing."""
    while True:
        await asyncio.sleep(INTERVAL)
        for file in (keys, deps.locations):
            try:
                if file.reload():
                    log.info("Read the %s again", "keys" if file is keys else "GeoIP database")
                    if file is keys:
                        deps.pubsub.check_again()
            except (KeysError, LocationsError) as error:
                log.warning("Still using the version that was read before: %s", error)
