"""Cursors: where in a list a page begins or ends. Opaque to clients, checked when they come back.

A cursor names a position, not a row: it still works when its row is revoked or gone.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from struct import Struct
from uuid import UUID
from zlib import crc32

from sessionql.resolvers.errors import InvalidArgument
from sessionql.storage.filters import Position

# List, microseconds since 1970, id, check sum: 27 bytes are 36 characters with no bit to spare.
_BODY = Struct(">Bq16s")
_LENGTH = 36
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LISTS = {"LAST_ACTIVE": 1, "CREATED_AT": 2, "event": 3}


def encode_cursor(list_: str, position: Position) -> str:
    """The cursor of a row in a list of this kind and order."""
    micros = (position.at - _EPOCH) // timedelta(microseconds=1)
    body = _BODY.pack(_LISTS[list_], micros, position.id.bytes)
    return urlsafe_b64encode(body + _checksum(body)).decode()


def decode_cursor(list_: str, text: str) -> Position:
    """The position a cursor names. Raises InvalidArgument when it is none of this list's."""
    raw = _raw(text)
    if raw is None:
        raise InvalidArgument("This is not a cursor: pass one that an earlier page gave you.")
    kind, micros, id_ = _BODY.unpack(raw[: _BODY.size])
    if kind != _LISTS[list_]:
        raise InvalidArgument("This cursor is of another list, or of another order of this one.")
    try:
        at = _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        raise InvalidArgument("This cursor names no time.") from None
    return Position(at, UUID(bytes=id_))


def _raw(text: str) -> bytes | None:
    if len(text) != _LENGTH or not text.isascii():
        return None
    try:
        raw = urlsafe_b64decode(text)
    except ValueError:
        return None
    body = raw[: _BODY.size]
    spelled = urlsafe_b64encode(raw).decode()
    return raw if spelled == text and raw[_BODY.size :] == _checksum(body) else None


def _checksum(body: bytes) -> bytes:
    return (crc32(body) & 0xFFFF).to_bytes(2)
