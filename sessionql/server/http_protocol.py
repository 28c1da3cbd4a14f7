"""HTTP/1.1 as it is spoken here: uvicorn's, whose own refusals are JSON too, and whose heads have an end.

Uvicorn reads heads of any size and has no words but plain text. An `Upgrade` to anything but a well-formed
WebSocket, where there are some, is not taken, as RFC 9110 section 7.8 allows, and the request is read like any
other: clients that would rather speak HTTP/2 (Java's) ask so with their first POST, whose body uvicorn loses.
"""

import base64
import binascii
from http import HTTPStatus
from typing import ClassVar, NamedTuple

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from sessionql.graphql_server.connections.uvicorn import HttpProtocol
from sessionql.graphql_server.http.negotiation import JSON
from sessionql.http.error_responses import error_body
from sessionql.http.security_headers import HEADERS

MAX_URL = 65_535
"""Bytes of an address: the parser takes no more."""
MAX_HEADERS = 65_536
"""Bytes of all headers together."""
_UNFINISHED = 4 * (MAX_URL + MAX_HEADERS)
"""Bytes that are read of a head that does not end, with what came before it in the same piece."""

_KEY = 16
"""Bytes of a WebSocket's key."""
_UPGRADING = {b"upgrade", b"http2-settings"}


class ErrorResponse(NamedTuple):
    """Why a connection ends here."""

    status: int
    code: str
    message: str


LONG_URL = ErrorResponse(
    414, "URI_TOO_LONG", f"The address is too long: more than {MAX_URL} bytes, and {MAX_URL} are allowed."
)
LARGE = ErrorResponse(
    431,
    "HEADERS_TOO_LARGE",
    f"The headers are too large: more than {MAX_HEADERS} bytes, and {MAX_HEADERS} are allowed.",
)
_NO_HTTP = ErrorResponse(400, "BAD_REQUEST", "This is no request of HTTP/1.1 that can be read.")
_NO_PROXY = ErrorResponse(400, "BAD_REQUEST", "This server is no proxy: CONNECT is not for it.")
_HOST = ErrorResponse(400, "BAD_REQUEST", "A request of HTTP/1.1 has one header `Host`.")


class _Refused(Exception):
    """Raised through the parser, which makes an error of its own of it."""


class StrictHttpProtocol(HttpProtocol):
    """A connection. `sockets` are the paths where it may become a WebSocket."""

    sockets: ClassVar[frozenset[bytes]] = frozenset({b"/graphql"})

    _refusal = _NO_HTTP
    _head_is_open = True
    _head_bytes = _header_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.send_400_response(self._refusal.message)
        except httptools.HttpParserUpgrade as upgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
            else:
                self._go_on_without_upgrade(data[upgrade.args[0] :])
        else:
            self._count(data)

    def _count(self, data: bytes) -> None:
        if self._head_is_open:
            self._head_bytes += len(data)
            if self._head_bytes > _UNFINISHED:
                self._refusal = LARGE
                self.send_400_response(LARGE.message)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._head_is_open, self._head_bytes, self._header_bytes = True, 0, 0

    def on_url(self, url: bytes) -> None:
        """A piece of the address."""
        super().on_url(url)
        if len(self.url) > MAX_URL:
            self._refuse(LONG_URL)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value) + 4
        if self._header_bytes > MAX_HEADERS:
            self._refuse(LARGE)

    def on_headers_complete(self) -> None:
        """The head has ended: the request can be answered."""
        self._head_is_open = False
        hosts = sum(name == b"host" for name, _ in self.headers)
        # RFC 9112 section 3.2. Of two, a proxy might have looked at the other one.
        if hosts != 1 and (hosts > 1 or self.parser.get_http_version() == "1.1"):
            self._refuse(_HOST)
        if self.parser.get_method() == b"CONNECT":
            self._refuse(_NO_PROXY)
        if not self._is_to_be_read_again():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body has ended."""
        if not self._is_to_be_read_again():
            super().on_message_complete()

    def _is_to_be_read_again(self) -> bool:
        return self.parser.should_upgrade() and not self._should_upgrade()

    def _should_upgrade(self) -> bool:
        """Whether this begins a WebSocket (RFC 6455 section 4.2.1)."""
        if self.url.partition(b"?")[0] not in self.sockets:
            return False
        keys = [value for name, value in self.headers if name == b"sec-websocket-key"]
        versions = [value for name, value in self.headers if name == b"sec-websocket-version"]
        is_asked = self.parser.get_method() == b"GET" and versions == [b"13"] and len(keys) == 1
        return is_asked and _is_key(keys[0]) and super()._should_upgrade()

    def _go_on_without_upgrade(self, rest: bytes) -> None:
        # The parser has stopped at the end of the head: another one reads it again, without the question.
        head = [self.parser.get_method(), b" ", self.url, b" HTTP/", self.parser.get_http_version().encode(), b"\r\n"]
        for name, value in self.headers:
            if name not in _UPGRADING:
                head += [name, b": ", _closing(value) if name == b"connection" else value, b"\r\n"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.data_received(b"".join([*head, b"\r\n", rest]))

    def _refuse(self, refusal: ErrorResponse) -> None:
        self._refusal = refusal
        raise _Refused

    def send_400_response(self, msg: str) -> None:
        """The last answer of this connection, in JSON."""
        status, code, _ = self._refusal
        body = error_body(msg, code)
        self.logger.warning("Refused a request: %s", HTTPStatus(status).phrase)
        head = [
            (b"content-type", JSON.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *HEADERS,
        ]
        lines = [b"%s: %s\r\n" % pair for pair in (*self.server_state.default_headers, *head)]
        self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        self.transport.close()


def _closing(connection: bytes) -> bytes:
    """What a header `Connection` says of anything but upgrading."""
    return b",".join(each for each in connection.split(b",") if each.strip().lower() not in _UPGRADING)


def _is_key(value: bytes) -> bool:
    try:
        return len(base64.b64decode(value, validate=True)) == _KEY
    except binascii.Error:
        return False
