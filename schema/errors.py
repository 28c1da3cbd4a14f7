"""Expected failures as data: every error type implements `UserError`."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry

from sessionql.resolvers import errors
from sessionql.schema.enums import ErrorCode

USER_ERROR = (
    "A failure that the caller can handle, returned as data. Every member of every `…Error` union implements it, so "
    "`... on UserError { message code }` also covers errors that are added later."
)
MESSAGE = "The message, in English, to show. Do not match on it; match on `__typename` or `code`."
CODE = "The stable machine-readable code of the failure."
PATH = 'The path of the invalid argument, e.g. `["input", "email"]`; empty when the failure concerns no argument.'
INVALID_INPUT = "A value of the input is not valid."
SESSION_ENDED = "The session has already ended."
ENDED_AT = "When the session ended."


@strawberry.interface(description=USER_ERROR)
class UserError:
    message: str = strawberry.field(description=MESSAGE)
    code: ErrorCode = strawberry.field(description=CODE)
    path: list[str] = strawberry.field(description=PATH)


@strawberry.type(description="The e-mail address or the password is wrong. Which of them is not disclosed.")
class InvalidCredentialsError(UserError):
    pass


@strawberry.type(description="The password is correct, but the account is disabled.")
class AccountDisabledError(UserError):
    pass


@strawberry.type(description=INVALID_INPUT)
class InvalidInputError(UserError):
    pass


@strawberry.type(description="An account with this e-mail address already exists.")
class EmailTakenError(UserError):
    pass


@strawberry.type(description="The caller has no session with this ID.")
class SessionNotFoundError(UserError):
    pass


@strawberry.type(description=SESSION_ENDED)
class SessionEndedError(UserError):
    ended_at: datetime = strawberry.field(description=ENDED_AT)


@strawberry.type(description="The refresh token is malformed, expired, revoked or already used.")
class RefreshTokenInvalidError(UserError):
    reuse_detected: bool = strawberry.field(
        description="True when the token had already been used: the session was revoked, because the token "
        "may have been stolen."
    )


@strawberry.type(
    description="The token does not reset a password: it is wrong, used, replaced or expired. Which is not disclosed."
)
class ResetTokenInvalidError(UserError):
    pass


@strawberry.type(description="The last log-in is too old for this action: the caller must reauthenticate.")
class ReauthenticationRequiredError(UserError):
    max_age_seconds: int = strawberry.field(
        description="The maximum time since the last log-in or reauthentication, in seconds."
    )


@strawberry.type(description="The caller made too many attempts.")
class RateLimitedError(UserError):
    retry_after_seconds: int = strawberry.field(description="The time to wait before the next attempt, in seconds.")


RegisterError = Annotated[
    InvalidInputError | EmailTakenError | RateLimitedError,
    strawberry.union("RegisterError", description="Why `register` can fail."),
]
LoginError = Annotated[
    InvalidCredentialsError | InvalidInputError | AccountDisabledError | RateLimitedError,
    strawberry.union("LoginError", description="Why `login` can fail."),
]
RefreshError = Annotated[
    RefreshTokenInvalidError | InvalidInputError | RateLimitedError,
    strawberry.union("RefreshError", description="Why `refresh` can fail."),
]
ReauthenticateError = Annotated[
    InvalidCredentialsError | RateLimitedError,
    strawberry.union("ReauthenticateError", description="Why `reauthenticate` can fail."),
]
ChangePasswordError = Annotated[
    InvalidCredentialsError | InvalidInputError | RateLimitedError,
    strawberry.union("ChangePasswordError", description="Why `changePassword` can fail."),
]
ResetPasswordError = Annotated[
    ResetTokenInvalidError | InvalidInputError | RateLimitedError,
    strawberry.union("ResetPasswordError", description="Why `resetPassword` can fail."),
]
RevokeSessionError = Annotated[
    SessionNotFoundError | ReauthenticationRequiredError,
    strawberry.union("RevokeSessionError", description="Why `revokeSession` can fail."),
]
RevokeAllSessionsError = Annotated[
    InvalidInputError | ReauthenticationRequiredError,
    strawberry.union(
        "RevokeAllSessionsError",
        description="Why `revokeAllSessions` and `revokeSessions` can fail.",
    ),
]
RenameSessionError = Annotated[
    SessionNotFoundError | SessionEndedError | InvalidInputError,
    strawberry.union("RenameSessionError", description="Why `renameSession` can fail."),
]

ErrorTypes = Mapping[type[errors.Failure], type[Any]]

_ERROR_TYPES: ErrorTypes = {
    errors.InvalidCredentials: InvalidCredentialsError,
    errors.AccountDisabled: AccountDisabledError,
    errors.InvalidInput: InvalidInputError,
    errors.EmailTaken: EmailTakenError,
    errors.SessionNotFound: SessionNotFoundError,
    errors.SessionEnded: SessionEndedError,
    errors.RefreshTokenInvalid: RefreshTokenInvalidError,
    errors.ResetTokenInvalid: ResetTokenInvalidError,
    errors.ReauthenticationRequired: ReauthenticationRequiredError,
    errors.RateLimited: RateLimitedError,
}


def errors_from_failure(
    failure: errors.Failure, error_types: ErrorTypes = _ERROR_TYPES, codes: type[Enum] = ErrorCode
) -> list[Any]:
    """The `errors` of a payload for this failure. `codes` is the enum of the schema that has the failure's code."""
    values = {each.name: getattr(failure, each.name) for each in fields(failure)}
    values |= {"code": codes(failure.code), "path": list(failure.path)}
    return [error_types[type(failure)](**values)]
