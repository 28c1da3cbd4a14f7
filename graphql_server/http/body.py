"""Reading what a POST request carries: JSON, uncompressed, no larger than it may be, and not for ever."""

from functools import partial
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from sessionql.graphql_server.connections.deadline import Deadline
from sessionql.graphql_server.connections.sender import on_shutdown, transport_handle
from sessionql.graphql_server.errors import RequestError
from sessionql.graphql_server.http.negotiation import JSON

TIMEOUT = 15.0
"""Seconds that a body may take to arrive."""
SHUTDOWN_TIMEOUT = 1.0
"""The same from when the server stops: it waits for nobody who sends nothing."""
_DIGITS = 20


async def read_json(request: Request, max_bytes: int) -> Any:
    """The value in the body. Raises RequestError."""
    _check_kind(request.headers)
    return parse_json(await read_bytes(request, max_bytes), "The body")


def parse_json(text: bytes | str, what: str) -> Any:
    """The value of a JSON text, which is `what`. Raises RequestError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RequestError(400, f"{what} is not valid JSON in UTF-8: {error.msg}.") from None


def _check_kind(headers: Headers) -> None:
    # JSON is UTF-8 whatever `charset` says (RFC 8259). Of two types, somebody else might have read the other.
    if {each.partition(";")[0].strip().lower() for each in headers.getlist("content-type")} != {JSON}:
        raise RequestError(415, f"Send a JSON body with `Content-Type: {JSON}`.", "UNSUPPORTED_MEDIA_TYPE")
    encodings = ",".join(headers.getlist("content-encoding")).lower().split(",")
    if {each.strip() for each in encodings} - {"", "identity"}:
        message, taken = "Send the body as it is, without a `Content-Encoding`.", {"Accept-Encoding": "identity"}
        raise RequestError(415, message, "UNSUPPORTED_MEDIA_TYPE", **taken)


async def read_bytes(request: Request, max_bytes: int) -> bytes:
    """The body as it is. Raises RequestError when it is too large, or ends early."""
    told = request.headers.get("content-length", "")
    # Numbers that are longer than any body are not worth reading, nor to be told.
    if told.isdecimal() and len(told) < _DIGITS and int(told) > max_bytes:
        raise _too_large(told, max_bytes)
    term = Deadline(TIMEOUT, too_slow())
    try:
        async with term:
            with on_shutdown(transport_handle(request.scope), partial(term.reschedule, SHUTDOWN_TIMEOUT, _stopping())):
                return await _collect(request, max_bytes)
    except ClientDisconnect:
        raise RequestError(400, "The request ended early.") from None
    except TimeoutError:
        raise term.reason from None


async def _collect(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(f"more than {max_bytes}", max_bytes)
    return bytes(body)


def too_slow() -> RequestError:
    """Somebody who sends so slowly, or nothing any more, keeps no connection."""
    message = f"The body took too long to arrive: more than {TIMEOUT:g} seconds."
    return RequestError(408, message, "REQUEST_TIMEOUT", connection="close")


def _stopping() -> RequestError:
    return RequestError(503, "The server stops. Send the request again.", "SERVICE_UNAVAILABLE", connection="close")


def _too_large(has: str, most: int) -> RequestError:
    message = f"The body is too large: {has} bytes, and {most} are allowed."
    return RequestError(413, message, "CONTENT_TOO_LARGE")
