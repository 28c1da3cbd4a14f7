"""A parser of server-sent events (HTML standard, section 9.2)."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

Event = tuple[str, Any]


def events_of(text: str) -> list[Event]:
    """All events of a finished stream."""
    *blocks, rest = text.split("\n\n")
    assert rest == "", "the last event is a whole one"
    return [event for block in blocks if (event := _event(block)) is not None]


async def events_in(response: httpx.Response) -> AsyncIterator[Event]:
    """Yield each event as soon as it is complete."""
    text = ""
    async for more in response.aiter_text():
        *blocks, text = (text + more).split("\n\n")
        for block in blocks:
            if (event := _event(block)) is not None:
                yield event


def _event(block: str) -> Event | None:
    """Return an event, or None for a comment."""
    fields = dict(line.split(":", 1) for line in block.split("\n"))
    if fields.keys() == {""}:
        return None
    data = fields["data"].removeprefix(" ")
    return fields["event"].removeprefix(" "), json.loads(data) if data else None
