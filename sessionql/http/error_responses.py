"""The responses of the application itself: an unknown path, a wrong method, an unexpected exception."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sessionql.http_kit.errors import error_body, mask_error
from sessionql.http_kit.media_types import JSON

NOT_FOUND = "There is nothing at this path. GraphQL is at /graphql."
METHOD_NOT_ALLOWED = "This path does not accept this method: see the header `Allow`."
_MESSAGES = {404: NOT_FOUND, 405: METHOD_NOT_ALLOWED}

Render = Callable[[Request, int, str, str, dict[str, str]], Response]
"""Renders an error from the request, the status, the code, the message and the headers."""
Handler: TypeAlias = Callable[[Request, Any], Coroutine[Any, Any, Response]]


def as_graphql(_request: Request, status: int, code: str, message: str, headers: dict[str, str]) -> Response:
    """An error as JSON in the shape of a GraphQL response."""
    return Response(error_body(message, code), status, headers, JSON)


def http_exception_handler(render: Render = as_graphql) -> Handler:
    """The handler of Starlette's HTTPException."""

    async def handle(request: Request, error: Exception) -> Response:
        status, headers = 500, dict[str, str]()
        if isinstance(error, HTTPException):
            status, headers = error.status_code, dict(error.headers or {})
        if "Allow" in headers:
            headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
        message = _MESSAGES.get(status, HTTPStatus(status).description or HTTPStatus(status).phrase)
        return render(request, status, HTTPStatus(status).name, message, headers)

    return handle


async def unhandled_exception_response(_request: Request, error: Exception) -> Response:
    """Respond 500 to an unexpected exception and log it."""
    info = mask_error(error, lambda _: None)
    return Response(error_body(info.message, info.code), info.status, media_type=JSON)
