"""Errors as problem details (RFC 9457), with the codes that GraphQL has too."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sessionql.http.errors import RETRY_AFTER, STATUSES, bearer_challenge, map_exception
from sessionql.http_kit.errors import ErrorInfo, RequestError, mask_error
from sessionql.http_kit.media_types import PROBLEM_JSON
from sessionql.resolvers import errors
from sessionql.resolvers.errors import Failure
from sessionql.resolvers.requester import Unauthenticated


class FieldError(BaseModel):
    """One value that is not valid."""

    pointer: str = Field(description="A JSON Pointer into the body, or the name of a parameter.")
    detail: str = Field(description="The rule that the value breaks.")


class Problem(BaseModel):
    """Why a request failed (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`about:blank`: see `code`.")
    title: str = Field(description="The reason phrase of the status.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="A sentence in English that explains what to do. Do not match on it.")
    code: str = Field(description="The stable machine-readable code, the same as in GraphQL.")
    errors: list[FieldError] = Field(default=[], description="The values that are not valid, if the request has any.")


class FailureRaised(Exception):
    """Carries an expected failure out of a route; what the resolver wrote stays written."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def problem(
    status: int,
    code: str,
    detail: str,
    mistakes: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Response:
    """A response with a problem document; `members` are added to it."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **members,
    }
    if mistakes:
        document["errors"] = [mistake.model_dump() for mistake in mistakes]
    all_headers = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        all_headers.setdefault("WWW-Authenticate", bearer_challenge(rejected=False))
    return Response(orjson.dumps(document), status, all_headers, PROBLEM_JSON)


def from_exception(error: Exception) -> Response:
    """The problem of any exception that a route raises. Unexpected ones are logged and masked."""
    match error:
        case FailureRaised():
            response = from_failure(error.failure)
        case RequestError():
            response = problem(error.status, error.code, str(error), headers=error.headers)
        case RequestValidationError():
            mistakes = [FieldError(pointer=str(each["loc"][-1]), detail=str(each["msg"])) for each in error.errors()]
            response = _invalid(mistakes)
        case ValidationError():
            response = _from_validation(error)
        case HTTPException():
            code = HTTPStatus(error.status_code).name
            response = problem(error.status_code, code, str(error.detail), headers=error.headers)
        case Unauthenticated():
            challenge = {"WWW-Authenticate": bearer_challenge(rejected=error.rejected)}
            response = problem(401, "UNAUTHENTICATED", str(error), headers=challenge)
        case _:
            response = _from_error_info(mask_error(error, map_exception))
    return response


def from_failure(failure: Failure) -> Response:
    """The problem of a resolver's failure."""
    mistakes, headers, members = list[FieldError](), dict[str, str](), dict[str, Any]()
    match failure:
        case errors.InvalidInput() if failure.path:
            mistakes = [FieldError(pointer=_pointer(failure.path), detail=failure.message)]
        case errors.RateLimited():
            headers["Retry-After"] = str(failure.retry_after_seconds)
        case errors.ReauthenticationRequired():
            members["max_age_seconds"] = failure.max_age_seconds
        case errors.RefreshTokenInvalid():
            members["reuse_detected"] = failure.reuse_detected
        case _:
            pass
    return problem(STATUSES[failure.code], failure.code, failure.message, mistakes, headers, **members)


def _invalid(mistakes: Sequence[FieldError]) -> Response:
    """The problem of values that are not valid."""
    return problem(422, "INVALID_INPUT", "Some values of the request are not valid: see `errors`.", mistakes)


def _from_error_info(info: ErrorInfo) -> Response:
    # GraphQL has no status of its own for the errors of fields: 200.
    status = STATUSES.get(info.code, info.status)
    headers = RETRY_AFTER if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return problem(status, info.code, info.message, headers=headers)


def _from_validation(error: ValidationError) -> Response:
    """The problem of a body that does not fit its model. Its values are not repeated: one may be a password."""
    mistakes = [
        FieldError(pointer=_pointer(tuple(map(str, each["loc"]))), detail=each["msg"])
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return _invalid(mistakes)


def _pointer(path: Sequence[str]) -> str:
    """The JSON Pointer of a path, in snake_case: the paths of failures have the camelCase names of GraphQL."""
    names = [part for part in path if part != "input"]
    snake = ("".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name) for name in names)
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in snake)
