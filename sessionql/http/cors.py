"""Cross-origin resource sharing (CORS): no other origin may use the server, unless the settings list it."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from sessionql.http.csrf import REST_PREFLIGHT_HEADERS
from sessionql.http.origins import Origins
from sessionql.http_kit.errors import error_body
from sessionql.http_kit.media_types import JSON

_PREFLIGHT_MAX_AGE = 600
"""Seconds that browsers may cache a preflight response: removing an origin takes effect after at most this time."""


def with_cors(app: ASGIApp, origins: Origins) -> ASGIApp:
    """The application with CORS for the listed origins; unchanged when none is listed."""
    if not origins.listed:
        return app
    return _JsonCorsMiddleware(
        app,
        allow_origins=origins.listed,
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", *REST_PREFLIGHT_HEADERS],
        allow_credentials=origins.credentials,
        expose_headers=["Retry-After"],
        max_age=_PREFLIGHT_MAX_AGE,
    )


class _JsonCorsMiddleware(CORSMiddleware):
    """Starlette's middleware, with errors in JSON."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """The response to a preflight request."""
        response = super().preflight_response(request_headers)
        if response.status_code == HTTPStatus.OK:
            return response
        headers = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        body = error_body(f"{bytes(response.body).decode()}: see SESSIONQL_CORS_ORIGINS.", "CORS_REFUSED")
        return Response(body, response.status_code, headers, JSON)
