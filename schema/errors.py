"""Expected failures as data: every error type implements `UserError`."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry

from sessionql.resolvers import errors
from sessionql.schema.enums import ErrorCode

MESSAGE = "A human-readable sentence in English. Do not match on it; match on `__typename` or `code`."
PATH = 'The path of the argument at fault, e.g. `["input", "email"]`; empty when no one argument is at fault.'


@strawberry.interface(
    description="A failure the caller can do something about, returned as data. Every member of "
    "every `…Error` union implements it, so `... on UserError { message code }` covers errors "
    "added later."
)
class UserError:
    message: str = strawberry.field(description=MESSAGE)
    code: ErrorCode = strawberry.field(description="The stable machine-readable code of the failure.")
    path: list[str] = strawberry.field(description=PATH)


@strawberry.type(description="The e-mail address or the password is wrong. Deliberately does not say which.")
class InvalidCredentialsError(UserError):
    pass


@strawberry.type(description="The password is right, but nobody may log in to the account.")
class AccountDisabledError(UserError):
    pass


@strawberry.type(description="A value in the input breaks a rule.")
class InvalidInputError(UserError):
    pass


@strawberry.type(description="An account with this e-mail address already exists.")
class EmailTakenError(UserError):
    pass


@strawberry.type(description="No such session belongs to the caller.")
class SessionNotFoundError(UserError):
    pass


@strawberry.type(description="The session has already ended.")
class SessionEndedError(UserError):
    ended_at: datetime = strawberry.field(description="When the session ended.")


@strawberry.type(description="The refresh token is malformed, expired, revoked or already used.")
class RefreshTokenInvalidError(UserError):
    reuse_detected: bool = strawberry.field(
        description="True when the token had already been used: the whole session was revoked "
        "because the token may have been stolen."
    )


@strawberry.type(description="The caller signed in too long ago for this action and must prove again who they are.")
class ReauthenticationRequiredError(UserError):
    max_age_seconds: int = strawberry.field(
        description="The longest time since the last log-in this action allows, in seconds."
    )


@strawberry.type(description="Too many attempts.")
class RateLimitedError(UserError):
    retry_after_seconds: int = strawberry.field(description="How long to wait before the next attempt, in seconds.")


RegisterError = Annotated[
    InvalidInputError | EmailTakenError | RateLimitedError,
    strawberry.union("RegisterError", description="Why `register` can fail."),
]
LoginError = Annotated[
    InvalidCredentialsError | InvalidInputError | AccountDisabledError | RateLimitedError,
    strawberry.union("LoginError", description="Why `login` can fail."),
]
RefreshError = Annotated[
    RefreshTokenInvalidError | RateLimitedError,
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
