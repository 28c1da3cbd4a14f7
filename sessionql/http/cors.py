"""Sharing with pages of other sites (CORS): nobody, unless their origins are listed."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from sessionql.http.csrf import PREFLIGHT_HEADERS
from sessionql.http.origins import Origins
from sessionql.http_kit.errors import error_body
from sessionql.http_kit.media_types import JSON

_SECONDS = 600
"""How long browsers may remember an answer to their asking, which revoking a listing has to wait for."""


def with_cors(app: ASGIApp, origins: Origins) -> ASGIApp:
    """The application, which pages of the listed origins may ask too."""
    if not origins.listed:
        return app
    return _Cors(
        app,
        allow_origins=origins.listed,
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", *PREFLIGHT_HEADERS],
        allow_credentials=origins.credentials,
        expose_headers=["Retry-After"],
        max_age=_SECONDS,
    )


class _Cors(CORSMiddleware):
    """The framework's, whose refusals are JSON too."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Whether a browser may go on."""
        response = super().preflight_response(request_headers)
        if response.status_code == HTTPStatus.OK:
            return response
        kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        body = error_body(f"{bytes(response.body).decode()}: see SESSIONQL_CORS_ORIGINS.", "CORS_REFUSED")
        return Response(body, response.status_code, kept, JSON)
