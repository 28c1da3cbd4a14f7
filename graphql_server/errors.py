"""Errors on their way out: ours keep their words, unforeseen ones are logged and masked."""

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

log = logging.getLogger("graphql_server")


_VALUE = re.compile(r"(cannot represent [^:]*): .*|[,;.]? found: .*", re.IGNORECASE | re.DOTALL)
# No name of a schema is as long as a token, and every token is longer.
_LONG = re.compile(r"[\w.~+/=-]{48,}")
_STRING = re.compile(r"found (?:Block)?String .*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """What to tell a client of an error: words, a code, and the HTTP status it asks for."""

    message: str
    code: str
    status: int = 200


MapException = Callable[[BaseException], ErrorInfo | None]
"""What an exception of the schema's owner means to clients; None when it was not foreseen."""


class RequestError(Exception):
    """The request is not one of GraphQL; answered before anything is executed."""

    def __init__(self, status: int, message: str, code: str = "BAD_REQUEST", **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers


class MalformedRequest(RequestError):
    """The request can be read, and yet is none of GraphQL: its profile says with which status it is refused."""

    def __init__(self, message: str, code: str = "BAD_REQUEST") -> None:
        super().__init__(400, message, code)


def mask_error(error: BaseException, translate: MapException) -> ErrorInfo:
    """What to tell of an exception. An unforeseen one is logged here, once, under an id."""
    fault = translate(error)
    if fault is not None:
        return fault
    request_id = secrets.token_hex(8)
    log.error("Unforeseen error, request id %s", request_id, exc_info=error)
    return ErrorInfo(
        f"Something went wrong on our side. Tell the operator this id: {request_id}.",
        "INTERNAL_SERVER_ERROR",
        500,
    )


def format_error(error: GraphQLError, code: str, translate: MapException) -> tuple[dict[str, Any], int]:
    """An error as the client gets it, and the HTTP status that it asks for.

    `code` is used for errors that the GraphQL engine itself raised, unless they have one.
    """
    status = 200
    code = (error.extensions or {}).get("code", code)
    message = without_values(error.message)
    # What a resolver raised has a path; what the engine found in the request has none.
    # An error of the engine's own, with words for clients, may have one too: null where none may be.
    if (
        error.original_error is not None
        and error.path is not None
        and not isinstance(error.original_error, GraphQLError)
    ):
        fault = mask_error(error.original_error, translate)
        message, code, status = fault.message, fault.code, fault.status
    formatted: dict[str, Any] = {"message": message, "extensions": {"code": code}}
    if error.locations:
        formatted["locations"] = [place.formatted for place in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    return formatted, status


def without_values(message: str) -> str:
    """What the engine found wrong, without the values it found it in: one of them may be a password."""
    said = _STRING.sub("found a string", _VALUE.sub(r"\1", message))
    ended = said if said == message or said.endswith("?") else f"{said}."
    return _LONG.sub("…", ended)
