"""Errors on their way out: ours keep their words, unforeseen ones are logged and masked."""

import re
from typing import Any

from graphql import GraphQLError

from sessionql.http_kit.errors import MapException, RequestError, mask_error

_VALUE = re.compile(r"(cannot represent [^:]*): .*|[,;.]? found: .*", re.IGNORECASE | re.DOTALL)
# No name of a schema is as long as a token, and every token is longer.
_LONG = re.compile(r"[\w.~+/=-]{48,}")
_STRING = re.compile(r"found (?:Block)?String .*", re.DOTALL)


class MalformedRequest(RequestError):
    """The request can be read, and yet is none of GraphQL: its profile says with which status it is refused."""

    def __init__(self, message: str, code: str = "BAD_REQUEST") -> None:
        super().__init__(400, message, code)


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
