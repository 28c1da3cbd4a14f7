"""Records: what the repositories hand out. Frozen, plain, and free of SQL and GraphQL."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class DeviceKind(StrEnum):
    """Kinds of device, as far as a User-Agent string tells."""

    DESKTOP = "DESKTOP"
    PHONE = "PHONE"
    TABLET = "TABLET"
    PROGRAM = "PROGRAM"
    BOT = "BOT"
    UNKNOWN = "UNKNOWN"


class SessionState(StrEnum):
    """Where a session is in its life. Derived from its times, never stored."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class RevocationReason(StrEnum):
    """Why a session was revoked."""

    LOGGED_OUT = "LOGGED_OUT"
    REVOKED_BY_USER = "REVOKED_BY_USER"
    REFRESH_TOKEN_REUSED = "REFRESH_TOKEN_REUSED"


class EventKind(StrEnum):
    """Kinds of security event."""

    REGISTERED = "REGISTERED"
    LOGGED_IN = "LOGGED_IN"
    LOGGED_OUT = "LOGGED_OUT"
    SESSION_REVOKED = "SESSION_REVOKED"
    SESSIONS_REVOKED = "SESSIONS_REVOKED"
    SESSION_RENAMED = "SESSION_RENAMED"
    REFRESH_TOKEN_REUSED = "REFRESH_TOKEN_REUSED"


@dataclass(frozen=True, slots=True)
class Device:
    """What a User-Agent string says of a device. `label` is the short name people see."""

    label: str
    kind: DeviceKind
    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class UserRecord:
    """An account. `email` is as its owner writes it; uniqueness is on a folded copy."""

    id: UUID
    email: str
    created_at: datetime
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One log-in of one user on one device. `generation` counts its refreshes."""

    user_id: UUID
    id: UUID
    name: str | None
    user_agent: str | None
    ip_address: str | None
    created_at: datetime
    authenticated_at: datetime
    last_active: datetime
    generation: int
    rotated_at: datetime | None
    revoked_at: datetime | None
    revocation_reason: RevocationReason | None
    device: Device


@dataclass(frozen=True, slots=True)
class EventRecord:
    """Something that happened to an account. `session_id` may name a forgotten session."""

    user_id: UUID
    id: UUID
    kind: EventKind
    occurred_at: datetime
    ip_address: str | None
    device: str
    session_id: UUID | None
    actor_id: UUID | None
