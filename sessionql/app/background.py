"""What goes on beside the requests: activity is written, the old forgotten, news and new files noticed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.devices.locations import Locations, LocationsError
from sessionql.resolvers.devices.user_agent import describe
from sessionql.resolvers.pruning import prune_every
from sessionql.resolvers.tokens.key_file import KeyFile, KeysError
from sessionql.settings.settings import Settings
from sessionql.storage import StorageError

log = logging.getLogger("sessionql")

PAUSE = 5.0
"""Seconds between two writings of activity, and between two looks at the files."""


@asynccontextmanager
async def background(settings: Settings, services: Services, keys: KeyFile) -> AsyncIterator[None]:
    """Work while the block runs, and write the activity of the last moments at its end."""
    tasks = [
        asyncio.create_task(services.activity.flush_every(PAUSE)),
        asyncio.create_task(prune_every(services, settings.prune_interval.total_seconds())),
        asyncio.create_task(_watch(keys, services.locations)),
        asyncio.create_task(services.broadcast.run()),
        # Its tables take a third of a second to build: not in somebody's first log-in.
        asyncio.create_task(asyncio.to_thread(describe, "Mozilla/5.0")),
    ]
    try:
        await services.broadcast.begun()
        yield
    finally:
        await _end(tasks)
        services.broadcast.forget()
        try:
            await services.activity.flush()
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
        await asyncio.sleep(PAUSE)
        for file in (keys, locations):
            try:
                if file.reload():
                    log.info("Read the %s again", "keys" if file is keys else "GeoIP database")
            except (KeysError, LocationsError) as error:
                log.warning("Going on with what was read before: %s", error)
