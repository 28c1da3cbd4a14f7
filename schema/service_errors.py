"""Expected failures of services and operators, as data.

Types of their own under the names of the users' schema: a code that only operators can get is none
of a user's business, and a user who is not found is no failure of a user's.
"""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from sessionql.resolvers import errors
from sessionql.schema import errors as schema_errors
from sessionql.schema.errors import MESSAGE, PATH, ErrorTypes
from sessionql.schema.service_enums import ServiceErrorCode


@strawberry.interface(
    name="UserError",
    description="A failure the caller can do something about, returned as data. Every member of every `…Error` union "
    "implements it, so `... on UserError { message code }` covers errors added later.",
)
class ServiceError:
    message: str = strawberry.field(description=MESSAGE)
    code: ServiceErrorCode = strawberry.field(description="The stable machine-readable code of the failure.")
    path: list[str] = strawberry.field(description=PATH)


@strawberry.type(name="AccountDisabledError", description="Nobody may log in to the account.")
class DisabledError(ServiceError):
    pass


@strawberry.type(name="InvalidInputError", description="A value in the input breaks a rule.")
class InputError(ServiceError):
    pass


@strawberry.type(description="There is no such user.")
class UserNotFoundError(ServiceError):
    pass


@strawberry.type(name="SessionNotFoundError", description="The user has no such session.")
class NoSessionError(ServiceError):
    pass


@strawberry.type(name="SessionEndedError", description="The session has already ended.")
class EndedError(ServiceError):
    ended_at: datetime = strawberry.field(description="When the session ended.")


CreateSessionError = Annotated[
    InputError | DisabledError,
    strawberry.union("CreateSessionError", description="Why `createSession` can fail."),
]
MarkReauthenticatedError = Annotated[
    NoSessionError | EndedError | InputError,
    strawberry.union("MarkReauthenticatedError", description="Why `markReauthenticated` can fail."),
]
RevokeUserSessionError = Annotated[
    UserNotFoundError | NoSessionError,
    strawberry.union("RevokeUserSessionError", description="Why `revokeUserSession` can fail."),
]
# A union of one, so that another failure can come later without a change of type.
ChangeUserError = Annotated[
    UserNotFoundError,
    strawberry.union("ChangeUserError", description="Why an operator's change of a user can fail."),
]

_ERROR_TYPES: ErrorTypes = {
    errors.AccountDisabled: DisabledError,
    errors.InvalidInput: InputError,
    errors.UserNotFound: UserNotFoundError,
    errors.SessionNotFound: NoSessionError,
    errors.SessionEnded: EndedError,
}


def errors_from_failure(failure: errors.Failure) -> list[Any]:
    """The `errors` of a payload of the schema of services for this failure."""
    return schema_errors.errors_from_failure(failure, _ERROR_TYPES, ServiceErrorCode)
