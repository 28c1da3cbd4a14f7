"""How a row of `sessions` becomes a record, and which rows are alive."""

from typing import Any
from unicodedata import normalize

from sqlalchemy import and_, bindparam

from sessionql.storage.database import Row
from sessionql.storage.records import Device, DeviceKind, RevocationReason, SessionRecord
from sessionql.storage.tables import INSTANT, sessions

c = sessions.c

# In the order of SessionRecord's fields, then of Device's.
COLUMNS = (
    *(c.user_id, c.id, c.name, c.user_agent, c.ip_address),
    *(c.created_at, c.authenticated_at, c.last_active, c.generation, c.rotated_at),
    *(c.revoked_at, c.revocation_reason),
    *(c.device, c.device_kind, c.browser, c.browser_version, c.os, c.os_version, c.model),
)

ACTIVE = and_(
    c.revoked_at.is_(None),
    c.last_active > bindparam("idle_cutoff", type_=INSTANT),
    c.created_at > bindparam("birth_cutoff", type_=INSTANT),
)
"""The SQL form of `Lifetimes.state(...) is ACTIVE`; parameters from `Lifetimes.cutoffs`."""


def to_record(row: Row) -> SessionRecord:
    """A row of COLUMNS as a record."""
    reason = None if row[11] is None else RevocationReason(row[11])
    device = Device(row[12], DeviceKind(row[13]), *row[14:19])
    values: list[Any] = [*row[:11], reason, device]
    return SessionRecord(*values)


def to_row(session: SessionRecord) -> dict[str, Any]:
    """A record as the columns of a new row."""
    device = session.device
    return {
        "user_id": session.user_id,
        "id": session.id,
        "name": session.name,
        "name_key": None if session.name is None else fold(session.name),
        "device_key": fold(device.label),
        "user_agent": session.user_agent,
        "ip_address": session.ip_address,
        "created_at": session.created_at,
        "authenticated_at": session.authenticated_at,
        "last_active": session.last_active,
        "generation": session.generation,
        "rotated_at": session.rotated_at,
        "revoked_at": session.revoked_at,
        "revocation_reason": session.revocation_reason,
        "device": device.label,
        "device_kind": device.kind.value,
        "browser": device.browser,
        "browser_version": device.browser_version,
        "os": device.os,
        "os_version": device.os_version,
        "model": device.model,
    }


def fold(text: str) -> str:
    """The form in which texts are compared, whatever their case (Unicode 3.13, canonical caseless)."""
    return normalize("NFC", normalize("NFC", text).casefold())
