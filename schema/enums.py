"""The enums of the schema, with their descriptions."""

from enum import Enum, StrEnum

import strawberry

from sessionql.storage.filters import SessionOrderField
from sessionql.storage.records import DeviceKind, EventKind, RevocationReason, SessionState


class OrderDirection(StrEnum):
    """The direction of an order."""

    ASC = "ASC"
    DESC = "DESC"


class TokenDelivery(StrEnum):
    """How the tokens of a session are returned."""

    BEARER = "BEARER"
    COOKIE = "COOKIE"


class ErrorCode(StrEnum):
    """The stable codes of expected failures."""

    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    INVALID_INPUT = "INVALID_INPUT"
    EMAIL_TAKEN = "EMAIL_TAKEN"
    SESSION_NOT_FOUND = "SESSION_NOT_FOUND"
    SESSION_ENDED = "SESSION_ENDED"
    REFRESH_TOKEN_INVALID = "REFRESH_TOKEN_INVALID"
    RESET_TOKEN_INVALID = "RESET_TOKEN_INVALID"
    REAUTHENTICATION_REQUIRED = "REAUTHENTICATION_REQUIRED"
    RATE_LIMITED = "RATE_LIMITED"


def describe_enum(enum: type[Enum], about: str, name: str | None = None, **values: str) -> None:
    """Add an enum to the schema, with a description for each value. Raises KeyError when one is missing."""
    strawberry.enum(enum, name=name or enum.__name__, description=about)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]


describe_enum(
    DeviceKind,
    "The kind of a device.",
    DESKTOP="A desktop or laptop computer.",
    PHONE="A mobile phone.",
    TABLET="A tablet.",
    PROGRAM="A command-line tool, a library or another program without a screen.",
    BOT="A crawler or another bot.",
    UNKNOWN="The device is unknown.",
)
describe_enum(
    SessionState,
    "The state of a session.",
    ACTIVE="The session is active.",
    EXPIRED="The session expired.",
    REVOKED="The session was revoked.",
)
describe_enum(
    RevocationReason,
    "Why a session was revoked.",
    LOGGED_OUT="The user logged out in this session.",
    REVOKED_BY_USER="The user revoked the session from another session.",
    REFRESH_TOKEN_REUSED="A refresh token of the session was used again.",
    PASSWORD_CHANGED="The user changed the password.",
    WRONG_PASSWORDS="The password was entered wrongly too often in the session.",
    PASSWORD_RESET="A new password was set with a token from an operator.",
    USER_DISABLED="The user's account was disabled.",
    SESSION_LIMIT="The limit of sessions per user was reached, and this session was unused for longest.",
    REVOKED_BY_OPERATOR="An operator revoked the session.",
)
describe_enum(
    EventKind,
    "The kind of a security event.",
    name="SecurityEventKind",
    REGISTERED="The account was created.",
    LOGGED_IN="A log-in succeeded.",
    LOGIN_FAILED="A password was wrong.",
    NEW_DEVICE="The user logged in on a new device.",
    REAUTHENTICATED="The user reauthenticated.",
    LOGGED_OUT="The user logged out.",
    SESSION_REVOKED="A session was revoked.",
    SESSIONS_REVOKED="Several sessions were revoked at once.",
    SESSION_RENAMED="The name of a session was changed.",
    PASSWORD_CHANGED="The password was changed.",
    PASSWORD_RESET_ISSUED="An operator issued a token that sets a new password.",
    PASSWORD_RESET="A new password was set with a token from an operator.",
    REFRESH_TOKEN_REUSED="A refresh token was used again, and its session was revoked.",
    REFRESH_TOKEN_USED_ELSEWHERE="A refresh token was used again within the grace period, from another network or "
    "program than before: perhaps by a thief.",
    DEVICE_CHANGED="A session was used by another program or operating system than before.",
    USER_DISABLED="An operator disabled the account.",
    USER_ENABLED="An operator enabled the account again.",
)
describe_enum(
    SessionOrderField,
    "The field by which sessions are ordered.",
    LAST_ACTIVE="When the session was last used.",
    CREATED_AT="When the user logged in.",
)
describe_enum(
    OrderDirection,
    "The direction of an order.",
    ASC="Smallest or oldest first.",
    DESC="Largest or newest first.",
)
describe_enum(
    TokenDelivery,
    "How the tokens of a session are returned.",
    BEARER="In the payload, for `Authorization: Bearer …`.",
    COOKIE="In `HttpOnly` cookies, for browsers.",
)
describe_enum(
    ErrorCode,
    "Stable codes for `UserError.code`.",
    INVALID_CREDENTIALS="The e-mail address or the password is wrong. Which of them is not disclosed.",
    ACCOUNT_DISABLED="The password is correct, but the account is disabled.",
    INVALID_INPUT="A value of the input is not valid; see `message` and `path`.",
    EMAIL_TAKEN="An account with this e-mail address already exists.",
    SESSION_NOT_FOUND="The caller has no session with this ID: it never existed, belongs to "
    "another user, or was deleted.",
    SESSION_ENDED="The session has already ended, so it cannot be changed.",
    REFRESH_TOKEN_INVALID="The refresh token is malformed, expired, revoked or already used.",
    RESET_TOKEN_INVALID="The token does not reset a password: it is wrong, used, replaced or expired.",
    REAUTHENTICATION_REQUIRED="The caller must reauthenticate before this action.",
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
    "describe_enum",
]
