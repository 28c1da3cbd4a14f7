"""Convert between rows of `sessions` and records, and the SQL condition for active sessions."""

from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from sqlalchemy import and_, bindparam

from sessionql.storage.database import Row
from sessionql.storage.records import Device, DeviceKind, RevocationReason, SessionRecord
from sessionql.storage.rows import Columns, enum_from_value, field_names, values_reader
from sessionql.storage.tables import INSTANT, sessions

c = sessions.c

DEVICE_COLUMNS = (
    *(c.user_agent, c.device, c.device_key, c.device_kind),
    *(c.browser, c.browser_version, c.os, c.os_version, c.model),
)
"""What a device is stored in, see `device_to_row`."""

COLUMNS = (
    *(c.user_id, c.id, c.name, c.user_agent, c.ip_address),
    *(c.created_at, c.authenticated_at, c.last_active, c.generation, c.rotated_at),
    *(c.revoked_at, c.revocation_reason, c.by_service),
    *(c.device, c.device_kind, c.browser, c.browser_version, c.os, c.os_version, c.model),
)

ACTIVE = and_(
    c.revoked_at.is_(None),
    c.last_active > bindparam("idle_cutoff", type_=INSTANT),
    c.created_at > bindparam("created_cutoff", type_=INSTANT),
)
"""The SQL form of `Lifetimes.state(...) is ACTIVE`; parameters from `Lifetimes.cutoffs`."""

_SESSION_NAMES = field_names(SessionRecord, without=["device"])
_DEVICE_COLUMNS = {"label": "device", "kind": "device_kind"}
_DEVICE_NAMES = [_DEVICE_COLUMNS.get(name, name) for name in field_names(Device)]


def session_reader(columns: Columns) -> Callable[[Row], SessionRecord]:
    """Return a function that converts a row of these columns to a record. They may stand in any order."""
    to_reason, to_kind = enum_from_value(RevocationReason), enum_from_value(DeviceKind)
    reason, kind = _SESSION_NAMES.index("revocation_reason"), _DEVICE_NAMES.index("device_kind")
    read_session, read_device = values_reader(columns, _SESSION_NAMES), values_reader(columns, _DEVICE_NAMES)

    def read(row: Row) -> SessionRecord:
        session, device = [*read_session(row)], [*read_device(row)]
        session[reason], device[kind] = to_reason(session[reason]), to_kind(device[kind])
        # `device` is the last field of SessionRecord.
        return SessionRecord(*[*session, Device(*device)])

    return read


to_record = session_reader(COLUMNS)


def to_row(session: SessionRecord) -> dict[str, Any]:
    """The values of a new row, by column name."""
    return {
        "user_id": session.user_id,
        "id": session.id,
        "name": session.name,
        "name_key": None if session.name is None else fold(session.name),
        "ip_address": session.ip_address,
        "created_at": session.created_at,
        "authenticated_at": session.authenticated_at,
        "last_active": session.last_active,
        "generation": session.generation,
        "rotated_at": session.rotated_at,
        "revoked_at": session.revoked_at,
        "revocation_reason": session.revocation_reason,
        "by_service": session.by_service,
        **device_to_row(session.user_agent, session.device),
    }


def device_to_row(user_agent: str | None, device: Device) -> dict[str, Any]:
    """The values of the columns of a device, by column name."""
    return {
        "user_agent": user_agent,
        "device": device.label,
        "device_key": fold(device.label),
        "device_kind": device.kind.value,
        "browser": device.browser,
        "browser_version": device.browser_version,
        "os": device.os,
        "os_version": device.os_version,
        "model": device.model,
    }


def fold(text: str) -> str:
    """The form of a text for comparing without case (Unicode 3.13, canonical caseless matching)."""
    return normalize("NFC", normalize("NFC", text).casefold())
