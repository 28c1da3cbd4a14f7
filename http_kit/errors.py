"""Errors as clients receive them: expected errors keep their message, unexpected ones are logged and masked."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import orjson

log = logging.getLogger("sessionql.http_kit")


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """What a client receives of an error: a message, a stable code, and the HTTP status that the error requests.

    `retry_after`: seconds until the same request may succeed.
    """

    message: str
    code: str
    status: int = 200
    retry_after: int | None = None


MapException: TypeAlias = Callable[[BaseException], ErrorInfo | None]
"""Maps an expected exception of the application to its ErrorInfo; None for an unexpected exception."""


class RequestError(Exception):
    """The HTTP request cannot be read or accepted. `headers` belong to the response; `Retry-After` is in seconds."""

    def __init__(self, status: int, message: str, code: str = "BAD_REQUEST", **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers

    @property
    def info(self) -> ErrorInfo:
        """What a client receives of it."""
        seconds = self.headers.get("Retry-After")
        return ErrorInfo(str(self), self.code, self.status, None if seconds is None else int(seconds))


def mask_error(error: BaseException, map_exception: MapException) -> ErrorInfo:
    """The ErrorInfo of an exception. Logs an unexpected one with its traceback, and returns only the id of that log."""
    expected = map_exception(error)
    if expected is not None:
        return expected
    request_id = secrets.token_hex(8)
    log.error("Unexpected error, request id %s", request_id, exc_info=error)
    return ErrorInfo(
        f"Something went wrong on our side. Tell the operator this id: {request_id}.",
        "INTERNAL_SERVER_ERROR",
        500,
    )


def error_body(message: str, code: str) -> bytes:
    """A JSON body with one error, in the shape of a GraphQL response."""
    return orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
