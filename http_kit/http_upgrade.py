"""The header `Upgrade`: recognise a WebSocket handshake, and read any other request as if it had none.

A server may ignore an upgrade (RFC 9110 section 7.8). Java's HTTP client offers HTTP/2 in its first POST.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeAlias

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]

_KEY_BYTES = 16
"""The length of `Sec-WebSocket-Key`, decoded (RFC 6455 section 4.1)."""
_HOP_HEADERS = {b"upgrade", b"http2-settings"}


def is_websocket_handshake(method: bytes, headers: Headers) -> bool:
    """Whether method, version and key are those of a WebSocket handshake (RFC 6455 section 4.2.1)."""
    keys = [value for name, value in headers if name == b"sec-websocket-key"]
    versions = [value for name, value in headers if name == b"sec-websocket-version"]
    return method == b"GET" and versions == [b"13"] and len(keys) == 1 and _is_key(keys[0])


def head_without_upgrade(method: bytes, url: bytes, version: str, headers: Headers) -> bytes:
    """The head of the request, serialized again without the headers that ask for an upgrade."""
    parts = [method, b" ", url, b" HTTP/", version.encode(), b"\r\n"]
    for name, value in headers:
        if name not in _HOP_HEADERS:
            parts += [name, b": ", _without_upgrade(value) if name == b"connection" else value, b"\r\n"]
    return b"".join([*parts, b"\r\n"])


def _without_upgrade(connection: bytes) -> bytes:
    return b",".join(each for each in connection.split(b",") if each.strip().lower() not in _HOP_HEADERS)


def _is_key(value: bytes) -> bool:
    try:
        return len(base64.b64decode(value, validate=True)) == _KEY_BYTES
    except binascii.Error:
        return False
