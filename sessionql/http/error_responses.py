"""What is answered where no door is, or where a door cannot answer: JSON in GraphQL's shape, like everything else."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sessionql.http_kit.errors import error_body, mask_error
from sessionql.http_kit.media_types import JSON

_WORDS = {
    404: "There is nothing here. GraphQL is at /graphql.",
    405: "This door takes other methods: see the header `Allow`.",
}


async def http_exception_response(_request: Request, error: Exception) -> Response:
    """The answer to a request that the framework refused."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    words = _WORDS.get(status, HTTPStatus(status).description or HTTPStatus(status).phrase)
    return Response(error_body(words, HTTPStatus(status).name), status, headers, JSON)


async def unhandled_exception_response(_request: Request, error: Exception) -> Response:
    """The answer when a door fell off its hinges; why is for the log."""
    fault = mask_error(error, lambda _: None)
    return Response(error_body(fault.message, fault.code), fault.status, media_type=JSON)
