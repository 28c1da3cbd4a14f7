"""Expected failures of the schema for services and operators, as data.

The types have the same names as those of the schema for users but other codes, because each schema describes only
the codes that its callers can receive.
"""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from sessionql.resolvers import errors
from sessionql.schema import errors as schema_errors
from sessionql.schema.errors import (
    CODE,
    ENDED_AT,
    INVALID_INPUT,
    MESSAGE,
    PATH,
    SESSION_ENDED,
    USER_ERROR,
    ErrorTypes,
)
from sessionql.schema.service_enums import ServiceErrorCode


@strawberry.interface(name="UserError", description=USER_ERROR)
class ServiceError:
    message: str = strawberry.field(description=MESSAGE)
    code: ServiceErrorCode = strawberry.field(description=CODE)
    path: list[str] = strawberry.field(description=PATH)


@strawberry.type(name="AccountDisabledError", description="The account is disabled.")
class ServiceAccountDisabledError(ServiceError):
    pass


@strawberry.type(name="InvalidInputError", description=INVALID_INPUT)
class ServiceInvalidInputError(ServiceError):
    pass


@strawberry.type(name="EmailTakenError", description="An account with this e-mail address already exists.")
class ServiceEmailTakenError(ServiceError):
    pass


@strawberry.type(description="No user has this ID or e-mail address.")
class UserNotFoundError(ServiceError):
    pass


@strawberry.type(name="SessionNotFoundError", description="The user has no session with this ID.")
class ServiceSessionNotFoundError(ServiceError):
    pass


@strawberry.type(name="SessionEndedError", description=SESSION_ENDED)
class ServiceSessionEndedError(ServiceError):
    ended_at: datetime = strawberry.field(description=ENDED_AT)


CreateSessionError = Annotated[
    ServiceInvalidInputError | ServiceAccountDisabledError,
    strawberry.union("CreateSessionError", description="Why `createSession` can fail."),
]
MarkReauthenticatedError = Annotated[
    ServiceSessionNotFoundError | ServiceSessionEndedError | ServiceInvalidInputError,
    strawberry.union("MarkReauthenticatedError", description="Why `markReauthenticated` can fail."),
]
RevokeUserSessionError = Annotated[
    UserNotFoundError | ServiceSessionNotFoundError,
    strawberry.union("RevokeUserSessionError", description="Why `revokeUserSession` can fail."),
]
CreateUserError = Annotated[
    ServiceInvalidInputError | ServiceEmailTakenError,
    strawberry.union("CreateUserError", description="Why `createUser` can fail."),
]
IssuePasswordResetError = Annotated[
    UserNotFoundError | ServiceInvalidInputError | ServiceAccountDisabledError,
    strawberry.union("IssuePasswordResetError", description="Why `issuePasswordReset` can fail."),
]
# A union with one member, so that a later failure does not change the type of the field.
ChangeUserError = Annotated[
    UserNotFoundError,
    strawberry.union("ChangeUserError", description="Why the change of a user by an operator can fail."),
]

_ERROR_TYPES: ErrorTypes = {
    errors.AccountDisabled: ServiceAccountDisabledError,
    errors.EmailTaken: ServiceEmailTakenError,
    errors.InvalidInput: ServiceInvalidInputError,
    errors.UserNotFound: UserNotFoundError,
    errors.SessionNotFound: ServiceSessionNotFoundError,
    errors.SessionEnded: ServiceSessionEndedError,
}


def errors_from_failure(failure: errors.Failure) -> list[Any]:
    """The `errors` of a payload of the schema of services for this failure."""
    return schema_errors.errors_from_failure(failure, _ERROR_TYPES, ServiceErrorCode)
