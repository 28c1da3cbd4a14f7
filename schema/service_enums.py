"""The enums of the schema for services and operators."""

from enum import StrEnum

from sessionql.resolvers.introspection import TokenKind
from sessionql.schema.enums import describe_enum
from sessionql.storage.records import AdminActionKind, Scope


class ServiceErrorCode(StrEnum):
    """The stable codes of expected failures."""

    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    EMAIL_TAKEN = "EMAIL_TAKEN"
    INVALID_INPUT = "INVALID_INPUT"
    USER_NOT_FOUND = "USER_NOT_FOUND"
    SESSION_NOT_FOUND = "SESSION_NOT_FOUND"
    SESSION_ENDED = "SESSION_ENDED"


describe_enum(
    Scope,
    "The permission of a service key.",
    CREATE_SESSIONS="Allows `createSession`.",
    INTROSPECT="Allows `introspect`.",
    REAUTHENTICATE="Allows `markReauthenticated`, which returns access tokens of any session.",
    OPERATOR="Allows to create and look up users, to issue password resets, to revoke sessions, and to disable, "
    "enable and delete users.",
)
describe_enum(
    TokenKind,
    "The kind of a token.",
    ACCESS="An access token: sent with every request.",
    REFRESH="A refresh token: exchanged for new tokens.",
)
describe_enum(
    AdminActionKind,
    "The kind of an admin action.",
    SESSION_REVOKED="A session was revoked.",
    SESSIONS_REVOKED="All sessions of a user were revoked.",
    EVERY_SESSION_REVOKED="All sessions of all users were revoked.",
    USER_CREATED="A user was created.",
    PASSWORD_RESET_ISSUED="A token that sets a new password was issued.",
    USER_DISABLED="A user was disabled.",
    USER_ENABLED="A user was enabled again.",
    USER_DELETED="A user was deleted.",
)
describe_enum(
    ServiceErrorCode,
    "Stable codes for `UserError.code`.",
    name="ErrorCode",
    ACCOUNT_DISABLED="The account is disabled.",
    EMAIL_TAKEN="An account with this e-mail address already exists.",
    INVALID_INPUT="A value of the input is not valid; see `message` and `path`.",
    USER_NOT_FOUND="No user has this ID.",
    SESSION_NOT_FOUND="The user has no session with this ID: it never existed, belongs to another user, or "
    "was deleted.",
    SESSION_ENDED="The session has already ended, so it cannot be changed.",
)

__all__ = ["AdminActionKind", "Scope", "ServiceErrorCode", "TokenKind"]
