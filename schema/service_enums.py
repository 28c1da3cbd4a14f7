"""The enums that only services and operators see."""

from enum import StrEnum

from sessionql.resolvers.introspection import TokenKind
from sessionql.schema.enums import publish
from sessionql.storage.records import AdminActionKind, Scope


class ServiceErrorCode(StrEnum):
    """Stable codes of expected failures."""

    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    INVALID_INPUT = "INVALID_INPUT"
    USER_NOT_FOUND = "USER_NOT_FOUND"
    SESSION_NOT_FOUND = "SESSION_NOT_FOUND"
    SESSION_ENDED = "SESSION_ENDED"


publish(
    Scope,
    "What a service key may be used for.",
    CREATE_SESSIONS="`createSession`.",
    INTROSPECT="`introspect`.",
    REAUTHENTICATE="`markReauthenticated`, which gives access tokens of any session.",
    OPERATOR="Looking users up, ending their sessions, disabling, enabling and deleting them.",
)
publish(
    TokenKind,
    "What a token is for.",
    ACCESS="An access token: sent with every request.",
    REFRESH="A refresh token: exchanged for new tokens.",
)
publish(
    AdminActionKind,
    "What operators can do to users.",
    SESSION_REVOKED="A session was revoked.",
    SESSIONS_REVOKED="All sessions of a user were revoked.",
    EVERY_SESSION_REVOKED="Everybody's sessions were revoked.",
    USER_DISABLED="A user was disabled.",
    USER_ENABLED="A user was enabled again.",
    USER_DELETED="A user was deleted.",
)
publish(
    ServiceErrorCode,
    "Stable codes for `UserError.code`.",
    name="ErrorCode",
    ACCOUNT_DISABLED="Nobody may log in to the account.",
    INVALID_INPUT="The input breaks a rule; `message` and `path` say which.",
    USER_NOT_FOUND="There is no such user.",
    SESSION_NOT_FOUND="The user has no such session: it never existed, is someone else's, or has been forgotten.",
    SESSION_ENDED="The session has already ended, so it cannot be changed.",
)

__all__ = ["AdminActionKind", "Scope", "ServiceErrorCode", "TokenKind"]
