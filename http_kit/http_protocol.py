"""HTTP/1.1 for uvicorn, with limits on heads (size and time), errors in JSON and a TransportHandle in each scope.

Uvicorn reads heads of any size, waits for them without a limit, appends trailers to the headers, sends errors as plain
text, and loses the body of a request with an `Upgrade` that it does not know.
"""

from asyncio import TimerHandle, Transport
from http import HTTPStatus
from typing import ClassVar, NamedTuple, cast

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from sessionql.http_kit.errors import error_body
from sessionql.http_kit.http_upgrade import head_without_upgrade, is_websocket_handshake
from sessionql.http_kit.media_types import JSON
from sessionql.http_kit.pipeline import MAX_PIPELINED, PipelineFlow
from sessionql.http_kit.transport import PEER_KEY, STATE_KEY, TransportHandle, peer_address
from sessionql.http_kit.transports import Transports

MAX_URL_BYTES = 65_535
"""The parser accepts no longer URL."""
MAX_HEADER_BYTES = 65_536
"""All headers of a request together, and its trailers."""
MAX_HEADERS = 100
"""The number of headers and trailers of a request, as in Apache and HAProxy: each of them costs a callback."""
MAX_COOKIE_BYTES = 16_384
"""All cookies: frameworks parse them, and most proxies pass on no more than 8 KiB of a header."""
MAX_UPGRADE_BYTES = 1024
"""The headers of UPGRADE_HEADERS together: uvicorn and websockets split them into lists."""
UPGRADE_HEADERS = frozenset({b"connection", b"upgrade", b"sec-websocket-protocol", b"sec-websocket-extensions"})
MAX_HANDSHAKE_LINE = 8_000
"""Bytes of the address and of each header of a handshake: websockets reads no longer line, and uvicorn ignores that."""
HEAD_TIMEOUT = 10.0
"""Seconds that the head of a request may take, from the connection or the last response."""
_MAX_UNFINISHED_BYTES = 4 * (MAX_URL_BYTES + MAX_HEADER_BYTES)
"""Bytes that are read of a head or of trailers without an end, with what came before them in the same chunk."""
_VERSIONS = {"1.0", "1.1"}
_append_header = HttpToolsProtocol.on_header
"""Uvicorn's own method: `plain_uvicorn` may replace it."""


class ErrorResponse(NamedTuple):
    """The response to a request that cannot be read, which closes the connection."""

    status: int
    code: str
    message: str


URL_TOO_LONG = ErrorResponse(
    414, "URI_TOO_LONG", f"The address is too long: more than {MAX_URL_BYTES} bytes, and {MAX_URL_BYTES} are allowed."
)
HEADERS_TOO_LARGE = ErrorResponse(
    431,
    "HEADERS_TOO_LARGE",
    f"The headers are too large: more than {MAX_HEADER_BYTES} bytes, and {MAX_HEADER_BYTES} are allowed.",
)
_TOO_MANY_HEADERS = ErrorResponse(
    431, "HEADERS_TOO_LARGE", f"The request has more than {MAX_HEADERS} headers, and {MAX_HEADERS} are allowed."
)
_COOKIES_TOO_LARGE = ErrorResponse(
    431,
    "HEADERS_TOO_LARGE",
    f"The cookies are too large: {MAX_COOKIE_BYTES} bytes together are allowed. Delete those of this host.",
)
_UPGRADE_TOO_LARGE = ErrorResponse(
    431,
    "HEADERS_TOO_LARGE",
    f"`Connection`, `Upgrade` and `Sec-WebSocket-…` are too large: {MAX_UPGRADE_BYTES} bytes together are allowed.",
)
_HANDSHAKE_TOO_LARGE = ErrorResponse(
    431,
    "HEADERS_TOO_LARGE",
    f"The address and each header of a WebSocket handshake may have {MAX_HANDSHAKE_LINE} bytes.",
)
_NOT_HTTP = ErrorResponse(400, "BAD_REQUEST", "The request is not valid HTTP/1.1.")
_VERSION = ErrorResponse(505, "HTTP_VERSION_NOT_SUPPORTED", "This server accepts HTTP/1.1 and HTTP/1.0.")
_NOT_A_PROXY = ErrorResponse(400, "BAD_REQUEST", "This server is not a proxy: it does not accept CONNECT.")
_TOO_MANY_CONNECTIONS = ErrorResponse(
    503, "SERVICE_UNAVAILABLE", "The server has too many connections. Try again later."
)
_HOST = ErrorResponse(400, "BAD_REQUEST", "An HTTP/1.1 request has exactly one `Host` header.")


class _Rejected(Exception):
    """Stops the parser, which raises an error of its own instead."""


class HttpProtocol(HttpToolsProtocol):
    """One HTTP connection. Pass a subclass to uvicorn as `http`, or this class itself.

    `websocket_paths` are the paths that accept a WebSocket handshake (None: every path).
    `error_headers` are added to the errors that the protocol itself sends. `transports` are the connections of the
    worker, with their bounds.
    """

    transports: ClassVar[Transports] = Transports()
    websocket_paths: ClassVar[frozenset[bytes] | None] = None
    error_headers: ClassVar[tuple[tuple[bytes, bytes], ...]] = ()

    _head_timeout: TimerHandle | None = None
    _error = _NOT_HTTP
    _is_head_open = True
    _is_deferred = _is_pipeline_full = False
    _unfinished_bytes = _header_bytes = _header_count = _upgrade_bytes = _cookie_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn declares it
        self._handle = TransportHandle(transport, self.loop, self.transports)
        super().connection_made(cast(Transport, self._handle))
        self.app_state = {**self.app_state, STATE_KEY: self._handle, PEER_KEY: peer_address(transport)}
        self.flow = PipelineFlow(self.transport, self.pipeline)
        if self.transports.admit(self._handle):
            self._start_head_timeout()
        else:
            self._error = _TOO_MANY_CONNECTIONS
            self.send_400_response(self._error.message)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_head_timeout()
        self._handle.end()
        self._is_deferred = False
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._handle.pause_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._handle.resume_writing()
        if self._is_deferred:
            self._is_deferred = False
            self._start_asgi_task(*self.pipeline.pop())

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Start a request; later if the client has not taken the last response, so that it has only one at a time."""
        if self.flow.write_paused:
            self._is_deferred = True
            self.flow.pause_reading()
            self.pipeline.append((cycle, app))
        else:
            self._handle.forget_owners()
            self._handle.hold_head()
            super()._start_asgi_task(cycle, app)

    def shutdown(self) -> None:
        super().shutdown()
        # Uvicorn waits for the response: what sends or reads it has to know.
        self._handle.shut_down()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._is_pipeline_full:
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            if not self._is_pipeline_full:
                self.send_400_response(self._error.message)
        except httptools.HttpParserUpgrade as upgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
            else:
                self._parse_without_upgrade(data[upgrade.args[0] :])
        else:
            self._count_unfinished(data)

    def _count_unfinished(self, data: bytes) -> None:
        self._unfinished_bytes += len(data)
        if self._unfinished_bytes > _MAX_UNFINISHED_BYTES:
            self._error = HEADERS_TOO_LARGE
            self.send_400_response(HEADERS_TOO_LARGE.message)

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MAX_PIPELINED:
            # The client sends the others again (RFC 9112 section 9.3.2).
            self.cycle.keep_alive, self._is_pipeline_full = False, True
            raise _Rejected
        super().on_message_begin()
        self._is_head_open = True
        self._unfinished_bytes = self._header_bytes = self._header_count = self._upgrade_bytes = self._cookie_bytes = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MAX_URL_BYTES:
            self._reject(URL_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value) + 4
        self._header_count += 1
        if self._header_bytes > MAX_HEADER_BYTES:
            self._reject(HEADERS_TOO_LARGE)
        if self._header_count > MAX_HEADERS:
            self._reject(_TOO_MANY_HEADERS)
        if not self._is_head_open:
            return  # A trailer, which must not become a header (RFC 9110 section 6.5.1).
        _append_header(self, name, value)
        kept = self.headers[-1][0]
        if kept in UPGRADE_HEADERS:
            self._upgrade_bytes += len(value)
            if self._upgrade_bytes > MAX_UPGRADE_BYTES:
                self._reject(_UPGRADE_TOO_LARGE)
        elif kept == b"cookie":
            self._cookie_bytes += len(value)
            if self._cookie_bytes > MAX_COOKIE_BYTES:
                self._reject(_COOKIES_TOO_LARGE)

    def on_headers_complete(self) -> None:
        if self.parser.get_http_version() not in _VERSIONS:
            self._reject(_VERSION)
        hosts = sum(name == b"host" for name, _ in self.headers)
        # RFC 9112 section 3.2. With two of them, a proxy might have used the other one.
        if hosts != 1 and (hosts > 1 or self.parser.get_http_version() == "1.1"):
            self._reject(_HOST)
        if self.parser.get_method() == b"CONNECT":
            self._reject(_NOT_A_PROXY)
        self._is_head_open = False
        if self.parser.should_upgrade():
            if not self._should_upgrade():
                return
            if max(len(self.url), *(len(name) + len(value) for name, value in self.headers)) > MAX_HANDSHAKE_LINE:
                self._reject(_HANDSHAKE_TOO_LARGE)
        self._cancel_head_timeout()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unfinished_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._is_unknown_upgrade():
            super().on_message_complete()
            if self.parser.should_upgrade() or not self.cycle.response_complete:
                self.transports.waiting.discard(self._handle)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:
            self.transports.wait(self._handle)
            if not self.transport.is_closing():
                self._start_head_timeout()

    def _start_head_timeout(self) -> None:
        self._cancel_head_timeout()
        self._head_timeout = self.loop.call_later(HEAD_TIMEOUT, self.transport.close)

    def _cancel_head_timeout(self) -> None:
        if self._head_timeout is not None:
            self._head_timeout.cancel()

    def _is_unknown_upgrade(self) -> bool:
        return self.parser.should_upgrade() and not self._should_upgrade()

    def _should_upgrade(self) -> bool:
        path = self.url.partition(b"?")[0]
        if self.websocket_paths is not None and path not in self.websocket_paths:
            return False
        return is_websocket_handshake(self.parser.get_method(), self.headers) and super()._should_upgrade()

    def _parse_without_upgrade(self, rest: bytes) -> None:
        # The parser stopped at the end of the head: another parser reads the request from its start.
        method, version = self.parser.get_method(), self.parser.get_http_version()
        head = head_without_upgrade(method, self.url, version, self.headers)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.data_received(head + rest)

    def _reject(self, error: ErrorResponse) -> None:
        self._error = error
        raise _Rejected

    def send_400_response(self, msg: str) -> None:
        """Send the error of this connection as JSON and close the connection."""
        if not self._is_head_open and self.cycle is not None and self.cycle.response_started:
            # The response to this request has begun: a proxy would take another one for that to its next request.
            self.transport.close()
            return
        status, code, _ = self._error
        body = error_body(msg, code)
        self.logger.warning("Rejected a request: %s", HTTPStatus(status).phrase)
        headers = [
            (b"content-type", JSON.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *self.error_headers,
        ]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append((b"retry-after", b"1"))
        lines = [b"%s: %s\r\n" % pair for pair in (*self.server_state.default_headers, *headers)]
        self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        self.transport.close()
