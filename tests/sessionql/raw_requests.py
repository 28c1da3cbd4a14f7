"""Requests as bytes that no HTTP client sends, and the status of the response."""

from dataclasses import dataclass, field

QUERY = b'{"query":"{ __typename }"}'
CHUNKED = b"Transfer-Encoding: chunked"
IN_A_CHUNK = b"1a\r\n" + QUERY + b"\r\n0\r\n\r\n"
TO_A_SOCKET = (b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13")


@dataclass(frozen=True)
class Raw:
    """A valid request, except for the parts that are given."""

    method: bytes = b"POST"
    target: bytes = b"/graphql"
    version: bytes = b"HTTP/1.1"
    host: bytes | None = b"Host: sessionql.test"
    headers: tuple[bytes, ...] = field(default=())
    length: bytes | None = None
    """In the place of the right one; empty for none."""
    body: bytes = QUERY

    @property
    def wire(self) -> bytes:
        length = b"%d" % len(self.body) if self.length is None else self.length
        lines = [b" ".join((self.method, self.target, self.version))]
        lines += [self.host] if self.host else []
        lines += [b"Content-Type: application/json", *self.headers]
        lines += [b"Content-Length: " + length] if length else []
        return b"\r\n".join([*lines, b"", self.body])


def upgrade_request(*headers: bytes, method: bytes = b"POST", body: bytes = QUERY) -> bytes:
    """A request to upgrade to another protocol."""
    return Raw(method=method, headers=(b"Connection: Upgrade, HTTP2-Settings", *headers), body=body).wire


def chunked(body: bytes, *headers: bytes) -> bytes:
    return Raw(headers=headers or (CHUNKED,), length=b"", body=body).wire


def a_socket(*headers: bytes, target: bytes = b"/graphql") -> bytes:
    """A WebSocket handshake."""
    upgrade = (b"Connection: Upgrade", b"Upgrade: websocket", *TO_A_SOCKET)
    return Raw(b"GET", target, headers=(*upgrade, *headers), length=b"", body=b"").wire


ANSWERED: dict[str, bytes] = {
    "a plain request": Raw().wire,
    "HTTP/1.0": Raw(version=b"HTTP/1.0").wire,
    "HTTP/1.0 without a host": Raw(version=b"HTTP/1.0", host=None).wire,
    "an absolute address": Raw(target=b"http://other.test/graphql").wire,
    "a fragment": Raw(target=b"/graphql#here").wire,
    "an escaped letter": Raw(target=b"/%67raphql").wire,
    "a query string": Raw(target=b"/graphql?query={&;&=&%&%zz&variables=[").wire,
    "a header of any bytes": Raw(headers=(b"X-Odd: \xff\xfe",)).wire,
    "a chunk": chunked(IN_A_CHUNK),
    "chunks of one byte": chunked(b"".join(b"1\r\n%c\r\n" % each for each in QUERY) + b"0\r\n\r\n"),
    "a trailer": chunked(b"1a\r\n" + QUERY + b"\r\n0\r\nX-Late: 1\r\n\r\n"),
    "an expectation": Raw(headers=(b"Expect: 200-perhaps",)).wire,
    "a question for HTTP/2": upgrade_request(b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"),
    "a question for HTTP/2, in chunks": chunked(IN_A_CHUNK, CHUNKED, b"Connection: upgrade", b"Upgrade: h2c"),
    "a question for a socket by POST": upgrade_request(b"Upgrade: websocket", *TO_A_SOCKET),
    "a question for nothing": upgrade_request(b"Upgrade: "),
    "much of a header": Raw(headers=(b"X-Long: " + b"a" * 60_000,)).wire,
    "many parameters": Raw(headers=(b"Accept: " + b";q=1," * 5_000 + b"*/*",)).wire,
}
"""Strange, and yet requests for `{ __typename }`."""

REJECTED: dict[str, tuple[bytes, int]] = {
    # Not HTTP.
    "zeros": (b"\0\0\0\r\n\r\n", 400),
    "a TLS handshake": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "HTTP/0.9": (b"GET /graphql\r\n\r\n", 505),
    "HTTP/0.9 with headers": (Raw(version=b"HTTP/0.9").wire, 505),
    "HTTP/2 in the form of HTTP/1": (Raw(version=b"HTTP/2.0").wire, 505),
    "HTTP of the future": (Raw(version=b"HTTP/9.9").wire, 400),
    "lines without returns": (Raw().wire.replace(b"\r\n", b"\n"), 400),
    "a folded header": (Raw(headers=(b"X-Folded: a\r\n b",)).wire, 400),
    "a header without a name": (Raw(headers=(b": a",)).wire, 400),
    "a header without a colon": (Raw(headers=(b"Colon",)).wire, 400),
    "a header with a space in its name": (Raw(headers=(b"A B: c",)).wire, 400),
    "a header with a zero": (Raw(headers=(b"X-Zero: a\0b",)).wire, 400),
    # Methods.
    "TRACE": (Raw(method=b"TRACE").wire, 405),
    "OPTIONS": (Raw(method=b"OPTIONS").wire, 405),
    "PROPFIND": (Raw(method=b"PROPFIND").wire, 405),
    "PURGE": (Raw(method=b"PURGE").wire, 405),
    "QUERY": (Raw(method=b"QUERY").wire, 405),
    "PUT to another route": (Raw(method=b"PUT", target=b"/healthz").wire, 405),
    "an unknown method": (Raw(method=b"FROB").wire, 400),
    "a method in small letters": (Raw(method=b"post").wire, 400),
    "CONNECT": (Raw(method=b"CONNECT", target=b"sessionql.test:80").wire, 400),
    "CONNECT to a path": (Raw(method=b"CONNECT").wire, 400),
    # Addresses.
    "no address": (Raw(target=b"").wire, 400),
    "a relative address": (Raw(target=b"graphql").wire, 400),
    "an absolute URL without a host": (Raw(target=b"http://:99999/graphql").wire, 400),
    "an address with a space": (Raw(target=b"/graph ql").wire, 400),
    "an address of any bytes": (Raw(target=b"/graphql\xff").wire, 400),
    "a query string of any bytes": (Raw(method=b"GET", target=b"/graphql?query=\xff", body=b"").wire, 400),
    "the whole server": (Raw(method=b"OPTIONS", target=b"*").wire, 404),
    "a slash too many": (Raw(target=b"/graphql/").wire, 404),
    "a slash too many before": (Raw(target=b"//graphql").wire, 404),
    "a zero in the path": (Raw(target=b"/graphql%00").wire, 404),
    "an escaped slash": (Raw(target=b"/graphql%2f").wire, 404),
    "a parameter in the path": (Raw(target=b"/graphql;a=b").wire, 404),
    "capitals": (Raw(target=b"/GraphQL").wire, 404),
    "half an escape": (Raw(target=b"/graphql%").wire, 404),
    "escaped bytes": (Raw(target=b"/%ff%fe").wire, 404),
    "the way up": (Raw(target=b"/../graphql").wire, 404),
    "the way up from the page": (Raw(method=b"GET", target=b"/graphiql/..%2f..%2fetc%2fpasswd", body=b"").wire, 404),
    "a zero in a file": (Raw(method=b"GET", target=b"/graphiql/%00", body=b"").wire, 404),
    "a long file": (Raw(method=b"GET", target=b"/graphiql/" + b"a" * 5_000, body=b"").wire, 404),
    "a long address": (Raw(method=b"GET", target=b"/graphql?query=" + b"a" * 70_000, body=b"").wire, 414),
    "an endless address": (b"GET /" + b"a" * 1_000_000, 414),
    # Headers.
    "no host": (Raw(host=None).wire, 400),
    "two hosts": (Raw(headers=(b"Host: other.test",)).wire, 400),
    "one large header": (Raw(headers=(b"X-Large: " + b"a" * 70_000,)).wire, 431),
    "an endless header": (b"POST /graphql HTTP/1.1\r\nHost: a\r\nX-Endless: " + b"a" * 1_000_000, 431),
    "an endless name": (b"POST /graphql HTTP/1.1\r\nHost: a\r\n" + b"a" * 1_000_000, 431),
    "headers without names or values": (Raw(headers=(b"a:",) * 98).wire, 431),
    "many cookies": (Raw(headers=(b"Cookie: " + b"a=b;" * 4_100,)).wire, 431),
    "cookies in many headers": (Raw(headers=(b"Cookie: " + b"a=b;" * 200,) * 30).wire, 431),
    "many connection options": (Raw(headers=(b"Connection: " + b"a," * 600,)).wire, 431),
    "many headers with connection options": (Raw(headers=(b"Connection: " + b"a," * 60,) * 10).wire, 431),
    "many protocols of a socket": (a_socket(b"Sec-WebSocket-Protocol: " + b"a," * 600), 431),
    "a socket with a header that is too long": (a_socket(b"Cookie: a=" + b"a" * 8_000), 431),
    "a socket with an address that is too long": (a_socket(target=b"/graphql?" + b"a" * 8_000), 431),
    "many headers": (Raw(headers=tuple(b"X-%d: a" % number for number in range(10_000))).wire, 431),
    "a socket that is none": (upgrade_request(b"Upgrade: websocket", method=b"GET", body=b""), 400),
    "a socket where there is none": (
        Raw(b"GET", b"/nowhere", headers=(b"Connection: Upgrade", b"Upgrade: websocket", *TO_A_SOCKET), body=b"").wire,
        404,
    ),
    # Bodies.
    "a length too short": (Raw(length=b"3").wire, 400),
    "a negative length": (Raw(length=b"-26").wire, 400),
    "a length in words": (Raw(length=b"many").wire, 400),
    "a length with a sign": (Raw(length=b"+26").wire, 400),
    "a length in hexadecimal": (Raw(length=b"0x1a").wire, 400),
    "two lengths": (Raw(headers=(b"Content-Length: 25",)).wire, 400),
    "a length that no number holds": (Raw(length=b"9" * 30).wire, 400),
    "a length beyond the limit": (Raw(length=b"999999999").wire, 413),
    "no length": (Raw(length=b"").wire, 400),
    "a length and chunks": (Raw(headers=(CHUNKED,), body=IN_A_CHUNK).wire, 400),
    "a chunk of no size": (chunked(b"xx\r\n" + QUERY + b"\r\n0\r\n\r\n"), 400),
    "a chunk of the wrong size": (chunked(b"3\r\n" + QUERY + b"\r\n0\r\n\r\n"), 400),
    "a chunk of a negative size": (chunked(b"-1\r\n" + QUERY + b"\r\n0\r\n\r\n"), 400),
    "too many chunks": (chunked((b"10000\r\n" + b" " * 65_536 + b"\r\n") * 6 + b"0\r\n\r\n"), 413),
    "nothing in chunks": (chunked(b"0\r\n\r\n"), 400),
    "a coding that is no chunks": (Raw(headers=(b"Transfer-Encoding: gzip",), length=b"").wire, 400),
    "a coding nearly chunked": (Raw(headers=(b"Transfer-Encoding: xchunked",), length=b"").wire, 400),
    "chunked, and something after": (chunked(IN_A_CHUNK, CHUNKED, b"Transfer-Encoding: identity"), 400),
    "two types": (Raw(headers=(b"Content-Type: text/plain",)).wire, 415),
    "a packed body": (Raw(headers=(b"Content-Encoding: gzip",)).wire, 415),
    "a patient client": (Raw(headers=(b"Expect: 100-continue",), length=b"999999999", body=b"").wire, 413),
}
"""What is rejected, and the status that says so."""
