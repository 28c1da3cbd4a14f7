"""Minimal clients of subscriptions, which count events: what is measured is the server."""

import asyncio
import base64
import json
import os
from typing import Any, cast
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class EventCounter:
    """Counts events of all subscribers."""

    def __init__(self) -> None:
        self._missing = 0
        self._all = asyncio.Event()

    def expect(self, events: int) -> None:
        """Expect this many events from now on."""
        self._missing = events
        self._all.clear()

    def received(self) -> None:
        """Count one received event."""
        self._missing -= 1
        if self._missing == 0:
            self._all.set()

    async def all_received(self) -> None:
        """Wait until all expected events were received, at most a minute."""
        async with asyncio.timeout(60):
            await self._all.wait()


class Subscriber(asyncio.Protocol):
    """The connection of one subscriber."""

    def __init__(self, counter: EventCounter, request: bytes) -> None:
        self._counter = counter
        self._request = request
        self._buffer = b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the handshake of a socket or the request of a stream."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        """Report that the server closed the connection before it was ready."""
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"closed by the server: {self._buffer[:300]!r} {exc or ''}"))


class StreamSubscriber(Subscriber):
    """A subscriber by server-sent events."""

    def data_received(self, data: bytes) -> None:
        """Count events after the headers and the first comment."""
        if not self.ready.done():
            self._buffer += data
            if b"\n\n" in self._buffer:
                self.ready.set_result(None)
        for _ in range(data.count(b"event: next")):
            self._counter.received()


class SocketSubscriber(Subscriber):
    """A subscriber by graphql-transport-ws."""

    def __init__(self, counter: EventCounter, request: bytes, init_message: bytes, subscribe: bytes) -> None:
        super().__init__(counter, request)
        self._init = init_message
        self._subscribe = subscribe

    def data_received(self, data: bytes) -> None:
        """Handle the response to the handshake, then frames."""
        self._buffer += data
        if self._request:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found or b" 101 " not in head.partition(b"\r\n")[0]:
                return
            self._request, self._buffer = b"", rest
            self.transport.write(self._init)
        while (frame := self._frame()) is not None:
            self._handle(*frame)

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        at, length = 2, buffer[1]
        if length == 126:
            at, length = 4, int.from_bytes(buffer[2:4])
        elif length == 127:
            at, length = 10, int.from_bytes(buffer[2:10])
        if len(buffer) < at + length:
            return None
        self._buffer = buffer[at + length :]
        return buffer[0] & 0xF, buffer[at : at + length]

    def _handle(self, kind: int, data: bytes) -> None:
        if kind == PING:
            self.transport.write(frame(PONG, data))
        elif kind == CLOSE:
            self._buffer = data
            self.transport.close()
        elif b'"connection_ack"' in data:
            self.transport.write(self._subscribe)
            self.ready.set_result(None)
        elif b'"next"' in data:
            self._counter.received()
        elif b'"error"' in data:
            raise SystemExit(data.decode())


def frame(kind: int, data: bytes) -> bytes:
    """A frame of a client: masked, with a mask of zeros."""
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2)
    return bytes([0x80 | kind]) + size + bytes(4) + data


async def connect(
    counter: EventCounter, url: str, query: str, *, sse: bool = False, init: Any = None, headers: tuple[str, ...] = ()
) -> Subscriber:
    """A subscriber that the server has accepted."""
    address = urlsplit(url)
    lines = [f"host: {address.netloc}", *headers]
    if sse:
        body = json.dumps({"query": query}).encode()
        more = ["accept: text/event-stream", "content-type: application/json", f"content-length: {len(body)}"]
        client: Subscriber = StreamSubscriber(counter, _head("POST", address.path, lines + more) + body)
    else:
        key = base64.b64encode(os.urandom(16)).decode()
        more = ["connection: Upgrade", "upgrade: websocket", "sec-websocket-version: 13", f"sec-websocket-key: {key}"]
        request = _head("GET", address.path, [*lines, *more, "sec-websocket-protocol: graphql-transport-ws"])
        init_message = frame(TEXT, json.dumps({"type": "connection_init", "payload": init}).encode())
        subscribe = {"type": "subscribe", "id": "1", "payload": {"query": query}}
        client = SocketSubscriber(counter, request, init_message, frame(TEXT, json.dumps(subscribe).encode()))
    loop = asyncio.get_running_loop()
    secure = address.scheme == "https"
    async with asyncio.timeout(60):
        await loop.create_connection(
            lambda: client, address.hostname or "", address.port or (443 if secure else 80), ssl=secure or None
        )
        await client.ready
    return client


def _head(method: str, path: str, lines: list[str]) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()
