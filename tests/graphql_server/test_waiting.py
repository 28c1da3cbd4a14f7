"""Connections that wait for their client: those that have waited longest are closed, and requests are answered."""

import asyncio
import json
from collections.abc import Hashable
from contextlib import suppress

import pytest

from sessionql.http_kit.transports import TransportLimits
from sessionql.http_kit.waiting import WaitingList
from tests.graphql_server.live_server import LiveServer, until

BODY = b'{"query":"{hello}"}'
HEAD = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n"
ANSWER = b'{"data":{"hello":"world"}}'
HANG = b'{"query":"{hang }"}'


class FakeConnection:
    """A connection that records its eviction."""

    def __init__(self, network: Hashable = None) -> None:
        self.network = network
        self.is_evicted = False

    def evict(self) -> None:
        self.is_evicted = True


def test_a_network_evicts_its_own_connections_only() -> None:
    waiting = WaitingList(per_network=2)
    ana = [FakeConnection("ana") for _ in range(4)]
    others = [FakeConnection("ben"), *(FakeConnection() for _ in range(5))]
    for connection in (*others, *ana):
        waiting.add(connection)
    assert [each.is_evicted for each in ana] == [True, True, False, False]
    assert not any(each.is_evicted for each in others)
    assert len(waiting) == 8


def test_in_total_the_oldest_is_evicted() -> None:
    waiting = WaitingList(per_network=10, total=3)
    connections = [FakeConnection(number % 2) for number in range(5)]
    for connection in connections:
        waiting.add(connection)
    assert [each.is_evicted for each in connections] == [True, True, False, False, False]
    waiting.discard(connections[2])
    waiting.discard(connections[2])
    assert waiting.evict_oldest()
    assert connections[3].is_evicted
    assert waiting.evict_oldest()
    assert not waiting.evict_oldest()


@pytest.mark.parametrize("sent", [b"", b"POST /gr", HEAD, HEAD + BODY[:5], HEAD + BODY])
@pytest.mark.parametrize("limits", [TransportLimits(connections=20), TransportLimits(waiting_per_network=20)])
async def test_clients_that_send_no_request_keep_no_other_from_being_served(
    limits: TransportLimits, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with LiveServer(transports=limits).serve() as live_server, live_server.client() as lasting:
        await lasting.init()
        address = live_server.address.split(":")
        silent = []
        for _ in range(200):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(sent)
            silent.append((reader, writer))
        async with live_server.http() as http:
            answer = await http.post("/graphql", json={"query": "{ hello }"})
            assert answer.json() == {"data": {"hello": "world"}}
        assert len(live_server.transports.open) <= 22
        await lasting.send(type="ping")
        assert await lasting.receive() == {"type": "pong"}, "a socket does not wait"
        for reader, _ in silent[:150]:
            async with asyncio.timeout(5):
                await _drained(reader)
        for _, writer in silent:
            writer.close()
    assert "Traceback" not in caplog.text
    assert caplog.text.count("Too many connections wait for their clients") == 1, "not once for each"


async def _drained(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionResetError):
        await reader.read()


async def test_when_no_connection_waits_the_next_one_is_answered_503() -> None:
    async with LiveServer(transports=TransportLimits(connections=2)).serve() as live_server:
        address = live_server.address.split(":")
        busy = [await asyncio.open_connection(*address) for _ in range(2)]
        for _, writer in busy:
            writer.write(HEAD + HANG)
        await until(lambda: live_server.publisher.started == 2)
        reader, writer = await asyncio.open_connection(*address)
        answer = (await reader.read()).decode()
        writer.close()
        assert answer.startswith("HTTP/1.1 503 ")
        assert "\r\nretry-after: 1\r\n" in answer
        assert json.loads(answer.partition("\r\n\r\n")[2])["errors"][0]["extensions"] == {"code": "SERVICE_UNAVAILABLE"}
        for _, writer in busy:
            writer.close()
        await until(lambda: not live_server.transports.open)
        async with live_server.http() as http:
            assert (await http.post("/graphql", json={"query": "{ hello }"})).is_success


async def test_proxies_are_not_counted_by_network() -> None:
    limits = TransportLimits(waiting_per_network=1, network_of=lambda _: None)
    async with LiveServer(transports=limits).serve() as live_server:
        address = live_server.address.split(":")
        connections = [await asyncio.open_connection(*address) for _ in range(20)]
        for reader, writer in connections:
            writer.write(HEAD + BODY)
            assert (await reader.readuntil(ANSWER)).startswith(b"HTTP/1.1 200 ")
            writer.close()


async def test_many_pipelined_requests_are_answered_in_part_and_the_connection_is_closed(
    live_server: LiveServer,
) -> None:
    reader, writer = await asyncio.open_connection(*live_server.address.split(":"))
    writer.write((HEAD + BODY) * 1_000)
    received = await reader.read()
    writer.close()
    assert 32 <= received.count(ANSWER) <= 34
    assert received.count(b"connection: close") == 1
