"""Limits that our protocol classes add to those of uvicorn: for peers that send too much or read too little."""

import asyncio

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import ConnectionClosed

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.http_kit import http_protocol
from sessionql.http_kit.websocket_protocol import CHUNK_BYTES
from tests.graphql_server.live_server import LiveServer, until

TEXT, PING = 0x1, 0x9
TINY = b'{"type":"ping"}'


def frame(kind: int, payload: bytes) -> bytes:
    """A small frame like those of clients: masked, with a mask of zeros."""
    return bytes([0x80 | kind, 0x80 | len(payload)]) + bytes(4) + payload


HEAD = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n"
BODY = b'{"query":"{hello}"}'
ANSWER = b'{"data":{"hello":"world"}}'


@pytest.mark.parametrize("sent", [b"", b"POST /gr", HEAD[:-2], HEAD + BODY, HEAD + BODY + HEAD[:-2]])
async def test_a_connection_without_a_request_is_closed(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT", 0.1)
    async with LiveServer().serve() as live_server:
        reader, writer = await asyncio.open_connection(*live_server.address.split(":"))
        writer.write(sent)
        async with asyncio.timeout(4):
            assert (await reader.read()).endswith(ANSWER if BODY in sent else b"")
        writer.close()


async def test_a_request_may_take_longer_than_its_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT", 0.1)
    async with LiveServer().serve() as live_server, live_server.client() as client:
        reader, writer = await asyncio.open_connection(*live_server.address.split(":"))
        writer.write(HEAD)
        await asyncio.sleep(0.3)
        writer.write(BODY)
        assert (await reader.readuntil(ANSWER)).startswith(b"HTTP/1.1 200 ")
        await client.init()
        assert (await client.execute("{ hello }"))[-1]["type"] == "complete"
        writer.close()


async def test_messages_that_arrive_together_are_handled_a_few_at_a_time(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        (connection,) = sockets(live_server)
        connection.data_received(frame(TEXT, TINY) * 2_000)
        assert connection.queue.empty(), "others come first"
        await asyncio.sleep(0)
        assert 0 < connection.queue.qsize() <= CHUNK_BYTES // len(frame(TEXT, TINY))
        for _ in range(2_000):
            assert await client.receive() == {"type": "pong"}
        assert (await client.execute("{ hello }"))[-1]["type"] == "complete"


async def test_a_fragmented_message_is_assembled(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        for _ in range(3):
            sent = {"text": "x" * 200_000}
            await client.send(type="ping", payload=sent)
            assert await client.receive() == {"type": "pong", "payload": sent}


async def test_invalid_utf_8_closes_the_socket_and_fills_no_log(
    live_server: LiveServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with live_server.client() as client:
        client.connection.transport.write(frame(TEXT, b"\xff"))
        with pytest.raises(ConnectionClosed) as closed:
            await client.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1007
        await live_server.wait_until_idle()
    assert "Traceback" not in caplog.text


async def test_a_client_may_disconnect_in_the_middle_of_a_message(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        (connection,) = sockets(live_server)
        connection.data_received(frame(TEXT, TINY) * 2_000)
        client.connection.transport.abort()
        await live_server.wait_until_idle()


async def test_a_socket_that_is_closed_in_the_middle_of_a_message_is_closed(live_server: LiveServer) -> None:
    """The rest of the message is ignored, except for the close frame of the client."""
    async with live_server.client() as client:
        await client.init()
        blob = frame(TEXT, b"{") + frame(TEXT, TINY) * 2_000
        client.connection.transport.write(blob)
        assert await client.close_reason() == (4400, "A message must be JSON: see line 1, column 2.")
        await until(lambda: not sockets(live_server))


async def test_unread_pongs_do_not_accumulate(live_server: LiveServer) -> None:
    """Uvicorn would buffer all of them for a peer that does not read."""
    async with live_server.client(max_queue=1) as client:
        await client.init()
        (connection,) = sockets(live_server)
        peer = client.connection.transport
        peer.pause_reading()
        for _ in range(40):
            peer.write(frame(PING, b"x" * 125) * 2_000)
            await asyncio.sleep(0)
        await until(lambda: peer.get_write_buffer_size() == 0)
        assert connection.transport.get_write_buffer_size() < 1_000_000
        peer.abort()
        await live_server.wait_until_idle()


async def test_a_client_that_answers_no_pings_and_does_not_read_is_disconnected() -> None:
    async with LiveServer(ConnectionLimits(send_seconds=60)).serve() as live_server:
        async with live_server.client(max_queue=1) as client:
            await client.init()
            await client.subscribe("a", "subscription { flood(size: 65536) }")
            (connection,) = sockets(live_server)
            await until(lambda: not connection.writable.is_set())
            connection.keepalive_timeout()
            await until(lambda: not sockets(live_server) and live_server.publisher.stopped == ["flood"])
            client.connection.transport.abort()
        await live_server.wait_until_idle()


@pytest.mark.parametrize("own_protocols", [True, False])
async def test_a_client_that_does_not_read_is_disconnected(*, own_protocols: bool) -> None:
    """Its subscription ends and its quota is released. Unread data is discarded, which uvicorn alone would keep."""
    async with LiveServer(ConnectionLimits(send_seconds=0.2)).serve(own_protocols=own_protocols) as live_server:
        async with live_server.client(max_queue=1) as client:
            await client.init(owner="ana")
            await client.subscribe("a", "subscription { flood(size: 65536) }")
            (connection,) = sockets(live_server)
            await until(lambda: live_server.publisher.stopped == ["flood"] and live_server.quota.reserved == 0)
            if own_protocols:
                await until(lambda: not sockets(live_server))
            assert (connection.transport.get_write_buffer_size() == 0) is own_protocols
            client.connection.transport.abort()
        await live_server.wait_until_idle()


def sockets(live_server: LiveServer) -> list[WebSocketsSansIOProtocol]:
    """The WebSocket protocol class of uvicorn."""
    assert live_server.server is not None
    return [each for each in live_server.server.server_state.connections if isinstance(each, WebSocketsSansIOProtocol)]


async def test_a_handshake_that_websockets_does_not_read_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uvicorn alone would neither answer nor close it."""
    monkeypatch.setattr(http_protocol, "MAX_HANDSHAKE_LINE", 100_000)
    handshake = [
        b"GET /graphql HTTP/1.1",
        b"Host: a",
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        b"Sec-WebSocket-Version: 13",
        b"X-Long: " + b"a" * 9_000,
        b"\r\n",
    ]
    async with LiveServer().serve() as live_server:
        reader, writer = await asyncio.open_connection(*live_server.address.split(":"))
        writer.write(b"\r\n".join(handshake))
        async with asyncio.timeout(4):
            assert await reader.read() == b""
        writer.close()
