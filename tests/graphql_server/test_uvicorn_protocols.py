"""What our protocols add to uvicorn's: peers that send too much or read too little are nobody else's trouble."""

import asyncio

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import ConnectionClosed

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.http_kit import http_protocol
from sessionql.http_kit.websocket_protocol import CHUNK_BYTES
from tests.graphql_server.live_server import Listening, until

TEXT, PING = 0x1, 0x9
TINY = b'{"type":"ping"}'


def frame(kind: int, payload: bytes) -> bytes:
    """A small frame as clients send them: masked, here with a mask of zeros."""
    return bytes([0x80 | kind, 0x80 | len(payload)]) + bytes(4) + payload


HEAD = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n"
BODY = b'{"query":"{hello}"}'
ANSWER = b'{"data":{"hello":"world"}}'


@pytest.mark.parametrize("sent", [b"", b"POST /gr", HEAD[:-2], HEAD + BODY, HEAD + BODY + HEAD[:-2]])
async def test_who_sends_no_request_keeps_no_connection(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT", 0.1)
    async with Listening().serve() as listening:
        reader, writer = await asyncio.open_connection(*listening.address.split(":"))
        writer.write(sent)
        async with asyncio.timeout(4):
            assert (await reader.read()).endswith(ANSWER if BODY in sent else b"")
        writer.close()


async def test_a_request_may_take_longer_than_its_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT", 0.1)
    async with Listening().serve() as listening, listening.client() as client:
        reader, writer = await asyncio.open_connection(*listening.address.split(":"))
        writer.write(HEAD)
        await asyncio.sleep(0.3)
        writer.write(BODY)
        assert (await reader.readuntil(ANSWER)).startswith(b"HTTP/1.1 200 ")
        await client.begin()
        assert (await client.ask("{ hello }"))[-1]["type"] == "complete"
        writer.close()


async def test_messages_that_come_together_are_taken_a_few_at_a_time(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        (connection,) = sockets(listening)
        connection.data_received(frame(TEXT, TINY) * 2_000)
        assert connection.queue.empty(), "others come first"
        await asyncio.sleep(0)
        assert 0 < connection.queue.qsize() <= CHUNK_BYTES // len(frame(TEXT, TINY))
        for _ in range(2_000):
            assert await client.hear() == {"type": "pong"}
        assert (await client.ask("{ hello }"))[-1]["type"] == "complete"


async def test_a_large_message_is_put_together_again(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        for _ in range(3):
            sent = {"text": "x" * 200_000}
            await client.say(type="ping", payload=sent)
            assert await client.hear() == {"type": "pong", "payload": sent}


async def test_text_that_is_none_ends_the_socket_and_fills_no_log(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening.client() as client:
        client.connection.transport.write(frame(TEXT, b"\xff"))
        with pytest.raises(ConnectionClosed) as closed:
            await client.hear()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1007
        await listening.quiet()
    assert "Traceback" not in caplog.text


async def test_a_client_may_leave_in_the_middle_of_what_it_said(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        (connection,) = sockets(listening)
        connection.data_received(frame(TEXT, TINY) * 2_000)
        client.connection.transport.abort()
        await listening.quiet()


async def test_a_socket_that_is_closed_in_the_middle_is_closed(listening: Listening) -> None:
    """The rest is not heard, but for the client's goodbye."""
    async with listening.client() as client:
        await client.begin()
        blob = frame(TEXT, b"{") + frame(TEXT, TINY) * 2_000
        client.connection.transport.write(blob)
        assert await client.closing() == (4400, "A message must be JSON: see line 1, column 2.")
        await until(lambda: not sockets(listening))


async def test_unread_answers_to_pings_do_not_pile_up(listening: Listening) -> None:
    """Uvicorn would keep every one of them for a peer that reads nothing."""
    async with listening.client(max_queue=1) as client:
        await client.begin()
        (connection,) = sockets(listening)
        peer = client.connection.transport
        peer.pause_reading()
        for _ in range(40):
            peer.write(frame(PING, b"x" * 125) * 2_000)
            await asyncio.sleep(0)
        await until(lambda: peer.get_write_buffer_size() == 0)
        assert connection.transport.get_write_buffer_size() < 1_000_000
        peer.abort()
        await listening.quiet()


async def test_a_client_that_answers_no_pings_and_reads_nothing_is_dropped() -> None:
    async with Listening(ConnectionLimits(send_seconds=60)).serve() as listening:
        async with listening.client(max_queue=1) as client:
            await client.begin()
            await client.subscribe("a", "subscription { flood(size: 65536) }")
            (connection,) = sockets(listening)
            await until(lambda: not connection.writable.is_set())
            connection.keepalive_timeout()
            await until(lambda: not sockets(listening) and listening.feed.stopped == ["flood"])
            client.connection.transport.abort()
        await listening.quiet()


@pytest.mark.parametrize("wired", [True, False])
async def test_a_client_that_does_not_read_is_dropped(*, wired: bool) -> None:
    """Its subscription ends, and its place is free. What it did not read is forgotten: uvicorn alone keeps that."""
    async with Listening(ConnectionLimits(send_seconds=0.2)).serve(wired=wired) as listening:
        async with listening.client(max_queue=1) as client:
            await client.begin(seat="ana")
            await client.subscribe("a", "subscription { flood(size: 65536) }")
            (connection,) = sockets(listening)
            await until(lambda: listening.feed.stopped == ["flood"] and listening.seats.reserved == 0)
            if wired:
                await until(lambda: not sockets(listening))
            assert (connection.transport.get_write_buffer_size() == 0) is wired
            client.connection.transport.abort()
        await listening.quiet()


def sockets(listening: Listening) -> list[WebSocketsSansIOProtocol]:
    """Uvicorn's."""
    assert listening.server is not None
    return [each for each in listening.server.server_state.connections if isinstance(each, WebSocketsSansIOProtocol)]
