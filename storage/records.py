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
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    USER_DISABLED = "USER_DISABLED"
    SESSION_LIMIT = "SESSION_LIMIT"
    REVOKED_BY_OPERATOR = "REVOKED_BY_OPERATOR"


class EventKind(StrEnum):
    """Kinds of security event."""

    REGISTERED = "REGISTERED"
    LOGGED_IN = "LOGGED_IN"
    LOGIN_FAILED = "LOGIN_FAILED"
    NEW_DEVICE = "NEW_DEVICE"
    REAUTHENTICATED = "REAUTHENTICATED"
    LOGGED_OUT = "LOGGED_OUT"
    SESSION_REVOKED = "SESSION_REVOKED"
    SESSIONS_REVOKED = "SESSIONS_REVOKED"
    SESSION_RENAMED = "SESSION_RENAMED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    REFRESH_TOKEN_REUSED = "REFRESH_TOKEN_REUSED"
    USER_DISABLED = "USER_DISABLED"
    USER_ENABLED = "USER_ENABLED"


class AdminActionKind(StrEnum):
    """What operators can do to users."""

    SESSION_REVOKED = "SESSION_REVOKED"
    SESSIONS_REVOKED = "SESSIONS_REVOKED"
    EVERY_SESSION_REVOKED = "EVERY_SESSION_REVOKED"
    USER_DISABLED = "USER_DISABLED"
    USER_ENABLED = "USER_ENABLED"
    USER_DELETED = "USER_DELETED"


class Scope(StrEnum):
    """What a service key may be used for."""

    CREATE_SESSIONS = "CREATE_SESSIONS"
    INTROSPECT = "INTROSPECT"
    REAUTHENTICATE = "REAUTHENTICATE"
    OPERATOR = "OPERATOR"


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
    """An account. `email` is as its owner writes it; uniqueness is on a folded copy.

    Who logs in at a service of the operator's has no e-mail address here, but that service's `subject`.
    """

    id: UUID
    email: str | None
    created_at: datetime
    last_login: datetime | None
    subject: str | None = None
    disabled_at: datetime | None = None


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
    actor_name: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceKeyRecord:
    """A key that another service, or an operator, proves itself with. Its secret is nowhere."""

    id: UUID
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AdminActionRecord:
    """Something an operator did. `user_id` may name a user who is deleted; None means everybody."""

    id: UUID
    occurred_at: datetime
    actor_name: str
    kind: AdminActionKind
    user_id: UUID | None
    revoked_count: int
