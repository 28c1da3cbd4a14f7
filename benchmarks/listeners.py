"""Clients that do next to nothing, so that what is measured is the server: they notice when an event is there."""

import asyncio
import base64
import json
import os
from typing import Any, cast
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class Audience:
    """All subscribers together, each of whom hears of a thing once."""

    def __init__(self) -> None:
        self._missing = 0
        self._all = asyncio.Event()

    def expect(self, events: int) -> None:
        """Before the next thing happens."""
        self._missing = events
        self._all.clear()

    def heard(self) -> None:
        """Somebody has heard of it."""
        self._missing -= 1
        if self._missing == 0:
            self._all.set()

    async def all_heard(self) -> None:
        """Until everybody has."""
        async with asyncio.timeout(60):
            await self._all.wait()


class Listener(asyncio.Protocol):
    """One subscriber."""

    def __init__(self, audience: Audience, hello: bytes) -> None:
        self._audience = audience
        self._hello = hello
        self._buffer = b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with the handshake, or with the whole request of a stream."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._hello)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits for ever for somebody who was sent away."""
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"refused: {self._buffer[:300]!r} {exc or ''}"))


class Stream(Listener):
    """Takes server-sent events."""

    def data_received(self, data: bytes) -> None:
        """The headers, a comment, events."""
        if not self.ready.done():
            self._buffer += data
            if b"\n\n" in self._buffer:
                self.ready.set_result(None)
        for _ in range(data.count(b"event: next")):
            self._audience.heard()


class Socket(Listener):
    """Speaks graphql-transport-ws."""

    def __init__(self, audience: Audience, hello: bytes, begin: bytes, subscribe: bytes) -> None:
        super().__init__(audience, hello)
        self._begin = begin
        self._subscribe = subscribe

    def data_received(self, data: bytes) -> None:
        """The handshake's answer, then frames."""
        self._buffer += data
        if self._hello:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found or b" 101 " not in head.partition(b"\r\n")[0]:
                return
            self._hello, self._buffer = b"", rest
            self.transport.write(self._begin)
        while (frame := self._frame()) is not None:
            self._take(*frame)

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

    def _take(self, kind: int, data: bytes) -> None:
        if kind == PING:
            self.transport.write(frame(PONG, data))
        elif kind == CLOSE:
            self._buffer = data
            self.transport.close()
        elif b'"connection_ack"' in data:
            self.transport.write(self._subscribe)
            self.ready.set_result(None)
        elif b'"next"' in data:
            self._audience.heard()
        elif b'"error"' in data:
            raise SystemExit(data.decode())


def frame(kind: int, data: bytes) -> bytes:
    """A frame of a client: masked, here with a mask of zeros."""
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2)
    return bytes([0x80 | kind]) + size + bytes(4) + data


async def connect(
    audience: Audience, url: str, query: str, *, sse: bool = False, init: Any = None, headers: tuple[str, ...] = ()
) -> Listener:
    """A subscriber, once the server has taken it."""
    where = urlsplit(url)
    lines = [f"host: {where.netloc}", *headers]
    if sse:
        body = json.dumps({"query": query}).encode()
        more = ["accept: text/event-stream", "content-type: application/json", f"content-length: {len(body)}"]
        made: Listener = Stream(audience, _head("POST", where.path, lines + more) + body)
    else:
        key = base64.b64encode(os.urandom(16)).decode()
        more = ["connection: Upgrade", "upgrade: websocket", "sec-websocket-version: 13", f"sec-websocket-key: {key}"]
        hello = _head("GET", where.path, [*lines, *more, "sec-websocket-protocol: graphql-transport-ws"])
        begin = frame(TEXT, json.dumps({"type": "connection_init", "payload": init}).encode())
        subscribe = {"type": "subscribe", "id": "1", "payload": {"query": query}}
        made = Socket(audience, hello, begin, frame(TEXT, json.dumps(subscribe).encode()))
    loop = asyncio.get_running_loop()
    secure = where.scheme == "https"
    async with asyncio.timeout(60):
        await loop.create_connection(
            lambda: made, where.hostname or "", where.port or (443 if secure else 80), ssl=secure or None
        )
        await made.ready
    return made


def _head(method: str, path: str, lines: list[str]) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()
