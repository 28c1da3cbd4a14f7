"""A request body that does not arrive is closed after a timeout, and does not delay the stop of the server."""

import asyncio

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sessionql.http_kit import body
from tests.graphql_server.live_server import TIMEOUT, LiveServer, until

HEAD = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n"


async def begin(live_server: LiveServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Send a request without the end of its body, for which the server waits."""
    host, _, port = live_server.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(HEAD + b'{"query":')
    assert live_server.server is not None
    state = live_server.server.server_state
    await until(lambda: bool(state.tasks))
    return reader, writer


async def answer(reader: asyncio.StreamReader) -> bytes:
    """Read until the server closes the connection."""
    async with asyncio.timeout(TIMEOUT):
        return await reader.read()


async def test_an_incomplete_body_is_closed_after_a_timeout(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "TIMEOUT", 0.1)
    reader, writer = await begin(live_server)
    answered = await answer(reader)
    assert answered.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answered
    assert b"more than 0.1 seconds" in answered
    assert b'"REQUEST_TIMEOUT"' in answered
    writer.close()


async def test_an_incomplete_body_does_not_delay_the_stop_of_the_server(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "SHUTDOWN_TIMEOUT", 0.1)
    async with LiveServer().serve() as live_server:
        reader, writer = await begin(live_server)
        stopping = asyncio.create_task(live_server.stop())
        answered = await answer(reader)
        assert answered.startswith(b"HTTP/1.1 503 ")
        assert b"Send the request again" in answered
        await stopping
        writer.close()
    assert "exceeded" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_body_that_arrives_during_the_stop_gets_a_response() -> None:
    async with LiveServer().serve() as live_server:
        reader, writer = await begin(live_server)
        stopping = asyncio.create_task(live_server.stop())
        assert live_server.server is not None
        (connection,) = live_server.server.server_state.connections
        assert isinstance(connection, HttpToolsProtocol)
        await until(lambda: not connection.cycle.keep_alive)
        writer.write(b'"{hello}"  }')
        assert (await answer(reader)).endswith(b'{"data":{"hello":"world"}}')
        await stopping
        writer.close()
