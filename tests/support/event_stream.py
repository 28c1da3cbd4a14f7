"""A client of server-sent events (text/event-stream)."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.support.client import Device


@contextmanager
def stream_of(device: Device, query: str) -> Iterator[httpx.Response]:
    """Open a stream of the device; yields when the subscription has started."""
    headers = {"Authorization": f"Bearer {device.access_token}", "Accept": "text/event-stream"}
    with httpx.stream("POST", f"{device.url}/graphql", json={"query": query}, headers=headers, timeout=10) as response:
        yield response


def events(response: httpx.Response) -> Iterator[tuple[str, str]]:
    """Yield the kind and the data of each event."""
    kind = ""
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name in ("data", "data:"):
            yield kind, value
