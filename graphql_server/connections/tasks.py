"""Telling one cancellation from another, and waiting for the end of what was cancelled."""

import asyncio
from collections.abc import Collection
from typing import Any


def is_cancelled() -> bool:
    """Whether somebody cancelled this task, and not only something that it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def stop(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel these, and return when they have ended."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
