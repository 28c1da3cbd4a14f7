"""The enums of the house, described for clients."""

from enum import Enum, StrEnum

import strawberry

from sessionql.storage.filters import SessionOrderField
from sessionql.storage.records import DeviceKind, EventKind, RevocationReason, SessionState


class OrderDirection(StrEnum):
    """Which way round a list is."""

    ASC = "ASC"
    DESC = "DESC"


class TokenDelivery(StrEnum):
    """How a log-in hands over its tokens."""

    BEARER = "BEARER"
    COOKIE = "COOKIE"


class ErrorCode(StrEnum):
    """Stable codes of expected failures."""

    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    INVALID_INPUT = "INVALID_INPUT"
    EMAIL_TAKEN = "EMAIL_TAKEN"
    SESSION_NOT_FOUND = "SESSION_NOT_FOUND"
    SESSION_ENDED = "SESSION_ENDED"
    REFRESH_TOKEN_INVALID = "REFRESH_TOKEN_INVALID"
    REAUTHENTICATION_REQUIRED = "REAUTHENTICATION_REQUIRED"
    RATE_LIMITED = "RATE_LIMITED"


def publish(enum: type[Enum], about: str, name: str | None = None, **values: str) -> None:
    """Show an enum in the schema. A value without a description is a mistake found at start."""
    strawberry.enum(enum, name=name or enum.__name__, description=about)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]


publish(
    DeviceKind,
    "Kinds of device.",
    DESKTOP="A desktop or laptop computer.",
    PHONE="A telephone.",
    TABLET="A tablet.",
    PROGRAM="A command-line tool, a library or another program without a screen.",
    BOT="A crawler.",
    UNKNOWN="Nothing is known.",
)
publish(
    SessionState,
    "Where a session is in its life.",
    ACTIVE="The session can be used.",
    EXPIRED="The session ran out of time.",
    REVOKED="The session was revoked.",
)
publish(
    RevocationReason,
    "Why a session was revoked.",
    LOGGED_OUT="The user logged out of this session from this session.",
    REVOKED_BY_USER="The user revoked the session from another session.",
    REFRESH_TOKEN_REUSED="A refresh token of the session was used twice.",
    PASSWORD_CHANGED="The user changed the password.",
    USER_DISABLED="The user's account was disabled.",
    SESSION_LIMIT="The limit of sessions per user was reached, and this one was unused for longest.",
    REVOKED_BY_OPERATOR="An operator revoked the session.",
)
publish(
    EventKind,
    "Kinds of security event.",
    name="SecurityEventKind",
    REGISTERED="The account was made.",
    LOGGED_IN="A log-in succeeded.",
    LOGIN_FAILED="A password was wrong.",
    NEW_DEVICE="A log-in came from a device not seen before.",
    REAUTHENTICATED="The user proved again who they are.",
    LOGGED_OUT="The user logged out.",
    SESSION_REVOKED="A session was revoked.",
    SESSIONS_REVOKED="Several sessions were revoked at once.",
    SESSION_RENAMED="A session was given a new name.",
    PASSWORD_CHANGED="The password was changed.",
    REFRESH_TOKEN_REUSED="A refresh token was used twice.",
    USER_DISABLED="An operator disabled the account.",
    USER_ENABLED="An operator enabled the account again.",
)
publish(
    SessionOrderField,
    "What sessions can be ordered by.",
    LAST_ACTIVE="When the session was last used.",
    CREATED_AT="When the user logged in.",
)
publish(
    OrderDirection,
    "Directions of an order.",
    ASC="Smallest or oldest first.",
    DESC="Largest or newest first.",
)
publish(
    TokenDelivery,
    "How a log-in hands over its tokens.",
    BEARER="In the payload, for `Authorization: Bearer …`.",
    COOKIE="In cookies that scripts cannot read, for browsers.",
)
publish(
    ErrorCode,
    "Stable codes for `UserError.code`.",
    INVALID_CREDENTIALS="The e-mail address or the password is wrong. Deliberately does not say which.",
    ACCOUNT_DISABLED="The password is right, but nobody may log in to the account.",
    INVALID_INPUT="The input breaks a rule; `message` and `path` say which.",
    EMAIL_TAKEN="An account with this e-mail address already exists.",
    SESSION_NOT_FOUND="No such session belongs to the caller: it never existed, is someone "
    "else's, or has been forgotten.",
    SESSION_ENDED="The session has already ended, so it cannot be changed.",
    REFRESH_TOKEN_INVALID="The refresh token is malformed, expired, revoked or already used.",
    REAUTHENTICATION_REQUIRED="The caller has to prove who they are again before doing this.",
    RATE_LIMITED="Too many attempts; see `retryAfterSeconds`.",
)

__all__ = [
    "DeviceKind",
    "ErrorCode",
    "EventKind",
    "OrderDirection",
    "RevocationReason",
    "SessionOrderField",
    "SessionState",
    "TokenDelivery",
    "publish",
]
