"""WebSocket for uvicorn, for peers that do not read what they receive or that send too much at a time.

Without it, a peer that does not read keeps its connection, and many tiny messages delay all other connections.
"""

from asyncio import BaseTransport
from collections.abc import Iterable

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from sessionql.http_kit.transport import STATE_KEY, TransportHandle

CLOSE_TIMEOUT = 2.0
"""Seconds in which the client may answer a close frame, before its connection is closed."""
CHUNK_BYTES = 1024
"""Bytes that are parsed in one iteration of the event loop."""
_INVALID_PAYLOAD = 1007
"""The close code of a text message that is not UTF-8 (RFC 6455 section 7.4.1)."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket connection. Pass it to uvicorn as `ws`. On shutdown, uvicorn closes it with 1012."""

    _unparsed = b""

    def connection_made(self, transport: BaseTransport) -> None:
        """Continue a connection whose handshake HttpProtocol has read."""
        super().connection_made(transport)
        self.close_timeout = CLOSE_TIMEOUT
        self._handle: TransportHandle = self.app_state[STATE_KEY]
        self._handle.watch_every_byte()

    def connection_lost(self, exc: Exception | None) -> None:
        self._handle.end()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._handle.pause_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._handle.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Parse CHUNK_BYTES at a time, and let other tasks run between the chunks."""
        if not self.handshake_complete or not (self._unparsed or len(data) > CHUNK_BYTES):
            super().data_received(data)
            if not self.handshake_initiated:
                # websockets does not accept the head. Uvicorn would neither answer nor close.
                self.transport.close()
            return
        if not self._unparsed:
            self.transport.pause_reading()
            self.loop.call_soon(self._parse_chunk)
        self._unparsed += data

    def _parse_chunk(self) -> None:
        if self.transport.is_closing():
            self._unparsed = b""
            return
        chunk, self._unparsed = self._unparsed[:CHUNK_BYTES], self._unparsed[CHUNK_BYTES:]
        super().data_received(chunk)
        # Uvicorn resumes reading when `read_paused` is set and the application has received all messages.
        self.read_paused = not self._unparsed and not self.queue.empty() and not self.close_sent
        if self._unparsed:
            self.loop.call_soon(self._parse_chunk)
        elif not self.read_paused:
            self.transport.resume_reading()

    def send_receive_event_to_app(self) -> None:
        """Close the socket for a text message that is not UTF-8, without a traceback in the log."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf_8(self.frames):
            self.conn.send_close(_INVALID_PAYLOAD)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer a ping, but buffer no answers for a peer that does not read."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def keepalive_timeout(self) -> None:
        """Abort the connection: a peer that answers no ping would not read the close frame either."""
        super().keepalive_timeout()
        self.transport.abort()


def _is_utf_8(frames: Iterable[bytes]) -> bool:
    try:
        b"".join(frames).decode()
    except UnicodeDecodeError:
        return False
    return True
