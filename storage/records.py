"""Records: the frozen dataclasses that repositories return, without SQL and GraphQL."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class DeviceKind(StrEnum):
    """Kinds of device, derived from the User-Agent string and Client Hints."""

    DESKTOP = "DESKTOP"
    PHONE = "PHONE"
    TABLET = "TABLET"
    PROGRAM = "PROGRAM"
    BOT = "BOT"
    UNKNOWN = "UNKNOWN"


class SessionState(StrEnum):
    """The state of a session. Computed from its times, never stored."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class RevocationReason(StrEnum):
    """Why a session was revoked."""

    LOGGED_OUT = "LOGGED_OUT"
    REVOKED_BY_USER = "REVOKED_BY_USER"
    REFRESH_TOKEN_REUSED = "REFRESH_TOKEN_REUSED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    WRONG_PASSWORDS = "WRONG_PASSWORDS"
    PASSWORD_RESET = "PASSWORD_RESET"
    USER_DISABLED = "USER_DISABLED"
    SESSION_LIMIT = "SESSION_LIMIT"
    REVOKED_BY_OPERATOR = "REVOKED_BY_OPERATOR"


class EventKind(StrEnum):
    """The kind of a security event."""

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
    PASSWORD_RESET_ISSUED = "PASSWORD_RESET_ISSUED"
    PASSWORD_RESET = "PASSWORD_RESET"
    REFRESH_TOKEN_REUSED = "REFRESH_TOKEN_REUSED"
    REFRESH_TOKEN_USED_ELSEWHERE = "REFRESH_TOKEN_USED_ELSEWHERE"
    DEVICE_CHANGED = "DEVICE_CHANGED"
    USER_DISABLED = "USER_DISABLED"
    USER_ENABLED = "USER_ENABLED"


class AdminActionKind(StrEnum):
    """The kind of an admin action."""

    SESSION_REVOKED = "SESSION_REVOKED"
    SESSIONS_REVOKED = "SESSIONS_REVOKED"
    EVERY_SESSION_REVOKED = "EVERY_SESSION_REVOKED"
    USER_CREATED = "USER_CREATED"
    PASSWORD_RESET_ISSUED = "PASSWORD_RESET_ISSUED"
    USER_DISABLED = "USER_DISABLED"
    USER_ENABLED = "USER_ENABLED"
    USER_DELETED = "USER_DELETED"


class Scope(StrEnum):
    """The permissions of a service key."""

    CREATE_SESSIONS = "CREATE_SESSIONS"
    INTROSPECT = "INTROSPECT"
    REAUTHENTICATE = "REAUTHENTICATE"
    OPERATOR = "OPERATOR"


@dataclass(frozen=True, slots=True)
class Device:
    """A device, as parsed from its User-Agent string. `label` is the short name to show."""

    label: str
    kind: DeviceKind
    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class UserRecord:
    """An account. `email` is in the user's spelling; a case-folded copy is unique.

    Users of an external service have no `email` but a `subject`: the identifier that the service uses for them.
    """

    id: UUID
    email: str | None
    created_at: datetime
    last_login: datetime | None
    subject: str | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One log-in of one user on one device. `generation` counts the rotations of its refresh token.

    `by_service`: a service created it, for a user of its own, who has no password here.
    """

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
    by_service: bool
    device: Device


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A security event of an account. `session_id` may refer to a deleted session.

    `previous_device` is the label of the device that the session had before the event.
    """

    user_id: UUID
    id: UUID
    kind: EventKind
    occurred_at: datetime
    ip_address: str | None
    device: str
    session_id: UUID | None
    actor_id: UUID | None
    actor_name: str | None = None
    previous_device: str | None = None
    count: int = 1
    """How often it occurred: equal events of one hour are one record, see `storage.event_folding`."""
    repeated_at: datetime | None = None
    """When it occurred for the last time; None when it occurred once."""


@dataclass(frozen=True, slots=True)
class ServiceKeyRecord:
    """A key with which a service or an operator authenticates. Its secret is not stored, only a hash."""

    id: UUID
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AdminActionRecord:
    """An action of an operator. `user_id` may refer to a deleted user; None means all users."""

    id: UUID
    occurred_at: datetime
    actor_name: str
    kind: AdminActionKind
    user_id: UUID | None
    revoked_count: int
