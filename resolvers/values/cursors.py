"""Pagination cursors: opaque to clients, protected by a checksum.

A cursor encodes a position, not a row: it stays valid when its row is revoked or deleted.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from struct import Struct
from uuid import UUID
from zlib import crc32

from sessionql.resolvers.errors import InvalidArgument
from sessionql.storage.filters import Position

# List, microseconds since 1970, ID, checksum: 27 bytes are 36 base64url characters without spare bits.
_BODY = Struct(">Bq16s")
_LENGTH = 36
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LISTS = {"LAST_ACTIVE": 1, "CREATED_AT": 2, "event": 3}


def encode_cursor(list_: str, position: Position) -> str:
    """Encode the position of a row in a list. `list_` is the name of the list and its order."""
    micros = (position.at - _EPOCH) // timedelta(microseconds=1)
    body = _BODY.pack(_LISTS[list_], micros, position.id.bytes)
    return urlsafe_b64encode(body + _checksum(body)).decode()


def decode_cursor(list_: str, text: str) -> Position:
    """Decode a cursor of this list. Raises InvalidArgument when it is not one."""
    raw = _decode(text)
    if raw is None:
        raise InvalidArgument("This cursor is not valid: pass one from an earlier page.")
    kind, micros, id_ = _BODY.unpack(raw[: _BODY.size])
    if kind != _LISTS[list_]:
        raise InvalidArgument(
            "This cursor belongs to another list or order: pass one from an earlier page of this list."
        )
    try:
        at = _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        raise InvalidArgument("This cursor is not valid: its time is out of range.") from None
    return Position(at, UUID(bytes=id_))


def _decode(text: str) -> bytes | None:
    if len(text) != _LENGTH or not text.isascii():
        return None
    try:
        raw = urlsafe_b64decode(text)
    except ValueError:
        return None
    body = raw[: _BODY.size]
    canonical = urlsafe_b64encode(raw).decode()
    return raw if canonical == text and raw[_BODY.size :] == _checksum(body) else None


def _checksum(body: bytes) -> bytes:
    return (crc32(body) & 0xFFFF).to_bytes(2)
