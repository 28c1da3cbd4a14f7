"""The head of a response and its body leave in one write; a head never waits longer than one iteration of the loop."""

import asyncio
from typing import Any, cast

import pytest

from sessionql.http_kit.transport import TransportHandle
from sessionql.http_kit.transports import Transports


class RecordingTransport:
    """Records each write, and the end."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def get_extra_info(self, name: str) -> Any:
        return ("192.0.2.1", 1) if name == "peername" else None

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return "close" in self.calls

    def write(self, data: bytes) -> None:
        self.calls.append([data])

    def writelines(self, data: tuple[bytes, ...]) -> None:
        self.calls.append(list(data))

    def close(self) -> None:
        self.calls.append("close")

    def abort(self) -> None:
        self.calls.append("abort")


def handle_of(transport: RecordingTransport) -> TransportHandle:
    handle = TransportHandle(cast(asyncio.Transport, transport), asyncio.get_running_loop(), Transports())
    handle.hold_head()
    return handle


async def test_a_head_and_its_body_are_one_write_and_later_parts_are_not_held() -> None:
    transport = RecordingTransport()
    handle = handle_of(transport)
    handle.write(b"head")
    handle.write(b"body")
    handle.write(b"more")
    await asyncio.sleep(0)
    assert transport.calls == [[b"head", b"body"], [b"more"]]


async def test_a_head_without_a_body_is_written_in_the_next_iteration() -> None:
    transport = RecordingTransport()
    handle = handle_of(transport)
    handle.write(b"head")
    assert transport.calls == []
    await asyncio.sleep(0)
    assert transport.calls == [[b"head"]]


async def test_the_heads_of_two_responses_keep_their_order() -> None:
    transport = RecordingTransport()
    handle = handle_of(transport)
    handle.write(b"first")
    handle.hold_head()
    handle.write(b"second")
    handle.write(b"body")
    await asyncio.sleep(0)
    assert [part for call in transport.calls for part in call] == [b"first", b"second", b"body"]


@pytest.mark.parametrize("end", ["close", "evict"])
async def test_a_head_is_written_before_the_connection_is_closed(end: str) -> None:
    transport = RecordingTransport()
    handle = handle_of(transport)
    handle.write(b"head")
    getattr(handle, end)()
    await asyncio.sleep(0)
    assert transport.calls == [[b"head"], "close"]


async def test_nothing_is_written_to_a_connection_that_was_lost() -> None:
    transport = RecordingTransport()
    handle = handle_of(transport)
    handle.write(b"head")
    handle.end()
    await asyncio.sleep(0)
    assert transport.calls == []
