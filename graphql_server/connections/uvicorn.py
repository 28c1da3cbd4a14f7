"""Uvicorn's protocols, with what ASGI has no word for: cutting a connection, and telling streams of the shutdown.

Pass them to uvicorn: `http=HttpProtocol, ws=WebSocketProtocol`. Without them all works too, but peers that do
not read stay until the system gives them up, floods of tiny messages keep others waiting, and streams last until
uvicorn's patience ends at its shutdown.
"""

from asyncio import TimerHandle, Transport
from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from sessionql.graphql_server.connections.sender import STATE, TransportHandle

PIECE = 1024
"""Bytes that are looked at in one turn of the event loop."""
HEAD_SECONDS = 10.0
"""How long the head of a request may take, from the connection or the last answer."""
_NO_TEXT = 1007
"""RFC 6455 section 7.4.1."""


class HttpProtocol(HttpToolsProtocol):
    """HTTP, whose scopes have a wire, and those of the sockets that connections become.

    Whoever sends no request, or never the end of its head, keeps no connection.
    """

    _head: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Lay the wire."""
        self._wire = TransportHandle(transport.abort)
        self.app_state = {**self.app_state, STATE: self._wire}
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._head_is_there()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        """Whatever follows has limits of its own."""
        self._head_is_there()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Another request may follow, or has come already."""
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self._expect_head()

    def _expect_head(self) -> None:
        self._head_is_there()
        self._head = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _head_is_there(self) -> None:
        if self._head is not None:
            self._head.cancel()

    def shutdown(self) -> None:
        """Uvicorn waits for the response: tell it that nobody else does."""
        super().shutdown()
        self._wire.stop()


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """WebSocket, for peers that read what they get, and leave time for others.

    At its shutdown uvicorn closes sockets by itself (1012).
    """

    _rest = b""

    def data_received(self, data: bytes) -> None:
        """Take little at a time: thousands of tiny messages that came together would keep everybody waiting."""
        if not self.handshake_complete or not (self._rest or len(data) > PIECE):
            super().data_received(data)
            return
        if not self._rest:
            self.transport.pause_reading()
            self.loop.call_soon(self._take_piece)
        self._rest += data

    def _take_piece(self) -> None:
        if self.transport.is_closing():
            self._rest = b""
            return
        piece, self._rest = self._rest[:PIECE], self._rest[PIECE:]
        super().data_received(piece)
        # Uvicorn reads on when `read_paused` is set and the application has taken all messages.
        self.read_paused = not self._rest and not self.queue.empty() and not self.close_sent
        if self._rest:
            self.loop.call_soon(self._take_piece)
        elif not self.read_paused:
            self.transport.resume_reading()

    def send_receive_event_to_app(self) -> None:
        """A message that is no text ends the socket as uvicorn ends it, without a traceback for whoever sends one."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf_8(self.frames):
            self.conn.send_close(_NO_TEXT)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer, but do not pile up answers for somebody who does not read them."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def keepalive_timeout(self) -> None:
        """A peer that does not answer does not read either: closing would wait for that."""
        super().keepalive_timeout()
        self.transport.abort()


def _is_utf_8(frames: Iterable[bytes]) -> bool:
    try:
        b"".join(frames).decode()
    except UnicodeDecodeError:
        return False
    return True
