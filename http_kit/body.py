"""Reads the body of a POST request: JSON, not compressed, limited in bytes and in time."""

from functools import partial
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from sessionql.http_kit.deadline import Deadline
from sessionql.http_kit.errors import RequestError
from sessionql.http_kit.media_types import JSON
from sessionql.http_kit.transport import on_shutdown, transport_handle

TIMEOUT = 15.0
"""Seconds that a body may take to arrive."""
SHUTDOWN_TIMEOUT = 1.0
"""Seconds that a body may take to arrive from the start of the server's shutdown."""
_MAX_LENGTH_DIGITS = 20
_MAX_ENCODING_CHARACTERS = 100
"""A longer `Content-Encoding` is not parsed: it cannot be only `identity` in a request of an honest client."""


async def read_json(request: Request, max_bytes: int) -> Any:
    """The JSON value in the body. Raises RequestError (400, 408, 413, 415 or 503)."""
    _check_headers(request.headers)
    return parse_json(await read_bytes(request, max_bytes), "The body")


def parse_json(text: bytes | str, name: str) -> Any:
    """The value of a JSON text; `name` begins the message of an error. Raises RequestError (400)."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RequestError(400, f"{name} is not valid JSON in UTF-8: see {json_position(error)}.") from None


def json_position(error: orjson.JSONDecodeError) -> str:
    """Where the error is. Messages of orjson have words of its implementation ("failed to allocate memory")."""
    return f"line {error.lineno}, column {error.colno}"


def _check_headers(headers: Headers) -> None:
    # JSON is UTF-8 whatever `charset` is (RFC 8259). With two types, a proxy might have used the other one.
    if {each.partition(";")[0].strip().lower() for each in headers.getlist("content-type")} != {JSON}:
        raise RequestError(415, f"Send a JSON body with `Content-Type: {JSON}`.", "UNSUPPORTED_MEDIA_TYPE")
    encodings = ",".join(headers.getlist("content-encoding")).lower()
    is_long = len(encodings) > _MAX_ENCODING_CHARACTERS
    if is_long or {each.strip() for each in encodings.split(",")} - {"", "identity"}:
        message, accepted = "Send the body without a `Content-Encoding`.", {"Accept-Encoding": "identity"}
        raise RequestError(415, message, "UNSUPPORTED_MEDIA_TYPE", **accepted)


async def read_bytes(request: Request, max_bytes: int) -> bytes:
    """The body. Raises RequestError when it is too large (413), too slow (408) or incomplete (400, 503)."""
    length = request.headers.get("content-length", "")
    # A longer number is neither parsed nor repeated in the message.
    if length.isdecimal() and len(length) < _MAX_LENGTH_DIGITS and int(length) > max_bytes:
        raise _too_large(length, max_bytes)
    deadline = Deadline(TIMEOUT, body_timeout)
    expire_soon = partial(deadline.reschedule, SHUTDOWN_TIMEOUT, _shutting_down)
    try:
        async with deadline:
            with on_shutdown(transport_handle(request.scope), expire_soon):
                return await _collect(request, max_bytes)
    except ClientDisconnect:
        raise RequestError(400, "The request ended early.") from None
    except TimeoutError:
        raise deadline.reason() from None


async def _collect(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(f"more than {max_bytes}", max_bytes)
    return bytes(body)


def body_timeout() -> RequestError:
    """The error of a body that takes longer than TIMEOUT. It closes the connection."""
    message = f"The body took too long to arrive: more than {TIMEOUT:g} seconds."
    return RequestError(408, message, "REQUEST_TIMEOUT", connection="close")


def _shutting_down() -> RequestError:
    message = "The server is shutting down. Send the request again."
    return RequestError(503, message, "SERVICE_UNAVAILABLE", connection="close")


def _too_large(size: str, max_bytes: int) -> RequestError:
    message = f"The body is too large: {size} bytes, and {max_bytes} are allowed."
    return RequestError(413, message, "CONTENT_TOO_LARGE")
