"""What goes on beside the requests: activity is written, the old forgotten, news and new files noticed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.locations import Locations, LocationsError
from sessionql.resolvers.devices.user_agent import describe
from sessionql.resolvers.pruning import prune_every
from sessionql.resolvers.tokens.key_file import KeyFile, KeysError
from sessionql.settings.settings import Settings
from sessionql.storage import StorageError

log = logging.getLogger("sessionql")

INTERVAL = 5.0
"""Seconds between two writings of activity, and between two looks at the files."""


@asynccontextmanager
async def background(settings: Settings, deps: Dependencies, keys: KeyFile) -> AsyncIterator[None]:
    """Work while the block runs, and write the activity of the last moments at its end."""
    tasks = [
        asyncio.create_task(deps.activity.flush_every(INTERVAL)),
        asyncio.create_task(prune_every(deps, settings.prune_interval.total_seconds())),
        asyncio.create_task(_watch(keys, deps.locations)),
        asyncio.create_task(deps.pubsub.run()),
        # Its tables take a third of a second to build: not in somebody's first log-in.
        asyncio.create_task(asyncio.to_thread(describe, "Mozilla/5.0")),
    ]
    try:
        await deps.pubsub.started()
        yield
    finally:
        await _end(tasks)
        deps.pubsub.reset()
        try:
            await deps.activity.flush()
        except StorageError as error:
            log.warning("Activity of the last moments could not be written: %s", error)


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    for found in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found, Exception):
            log.error("Something that ran beside the requests had failed", exc_info=found)


async def _watch(keys: KeyFile, locations: Locations) -> None:
    """Notice when the keys or the GeoIP database are replaced. A broken file changes nothing."""
    while True:
        await asyncio.sleep(INTERVAL)
        for file in (keys, locations):
            try:
                if file.reload():
                    log.info("Read the %s again", "keys" if file is keys else "GeoIP database")
            except (KeysError, LocationsError) as error:
                log.warning("Going on with what was read before: %s", error)
