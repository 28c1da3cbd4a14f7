"""What went wrong, as a document of its own kind (RFC 9457), with the codes that the GraphQL door has."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from sessionql.http_kit.errors import ErrorInfo, RequestError
from sessionql.resolvers import errors
from sessionql.resolvers.errors import Failure
from sessionql.schema.errors import code_of

MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="sessionql"'
_STATUSES: dict[type[Failure], int] = {
    errors.InvalidInput: 422,
    errors.InvalidCredentials: 401,
    errors.AccountDisabled: 403,
    errors.RateLimited: 429,
    errors.ReauthenticationRequired: 403,
    errors.EmailTaken: 409,
    errors.SessionNotFound: 404,
    errors.SessionEnded: 409,
    errors.RefreshTokenInvalid: 401,
}
_FAULTS = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "BAD_USER_INPUT": 422, "LIST_TOO_LONG": 422}


class FieldError(BaseModel):
    """One value that breaks a rule."""

    pointer: str = Field(description="Where it is: a JSON Pointer into the body, or the name of a parameter.")
    detail: str = Field(description="Which rule it breaks.")


class Problem(BaseModel):
    """Why a request was not done (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`about:blank`: the code tells the kind.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="A sentence in English that says what to do. Do not match on it.")
    code: str = Field(description="The stable machine-readable code, the same that the GraphQL door has.")
    errors: list[FieldError] = Field(default=[], description="The values at fault, where it is that.")


class FailureRaised(Exception):
    """A failure on its way out of a door: what was done stays done."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def problem(
    status: int, code: str, detail: str, mistakes: Sequence[FieldError] = (), headers: Any = None, **more: Any
) -> Response:
    """An answer that says why not."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    if mistakes:
        document["errors"] = [mistake.model_dump() for mistake in mistakes]
    told = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        told.setdefault("WWW-Authenticate", CHALLENGE)
    return Response(orjson.dumps(document), status, told, MEDIA_TYPE)


def of_failure(failure: Failure) -> Response:
    """A resolver's failure."""
    mistakes = [FieldError(pointer=_pointer(failure.path), detail=failure.message)] if failure.path else []
    more: dict[str, Any] = {}
    headers = {}
    match failure:
        case errors.RateLimited():
            headers["Retry-After"] = str(failure.retry_after_seconds)
        case errors.ReauthenticationRequired():
            more["max_age_seconds"] = failure.max_age_seconds
        case errors.RefreshTokenInvalid():
            more["reuse_detected"] = failure.reuse_detected
        case _:
            pass
    if not isinstance(failure, errors.InvalidInput):
        mistakes = []
    return problem(_STATUSES[type(failure)], code_of(failure), failure.message, mistakes, headers, **more)


def of_fault(fault: ErrorInfo) -> Response:
    """An error that the GraphQL door would tell of in the same words."""
    status = _FAULTS.get(fault.code, fault.status)
    headers = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if fault.code == "UNAUTHENTICATED" and "has ended" in fault.message:
        headers["WWW-Authenticate"] = f'{CHALLENGE}, error="invalid_token"'
    return problem(status, fault.code, fault.message, headers=headers)


def of_request(error: RequestError) -> Response:
    """A request that could not be read."""
    return problem(error.status, error.code, str(error), headers=error.headers)


def of_values(error: ValidationError) -> Response:
    """A body that can be read, and is not what the door takes. Values are not repeated: one may be a password."""
    mistakes = [
        FieldError(pointer=_pointer(tuple(map(str, each["loc"]))), detail=each["msg"])
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return invalid(mistakes)


def invalid(mistakes: Sequence[FieldError]) -> Response:
    """Values that break rules."""
    return problem(422, "INVALID_INPUT", "The request has values that this door does not take.", mistakes)


def _pointer(path: Sequence[str]) -> str:
    """Where a value is, in the names of these doors: those of GraphQL's inputs are camelCase."""
    names = [part for part in path if part != "input"]
    snake = ("".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name) for name in names)
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in snake)
