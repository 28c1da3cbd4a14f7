"""Sharing with pages of other sites (CORS): nobody, unless their origins are listed."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from sessionql.csrf import PREFLIGHT_HEADERS
from sessionql.origins import Origins

_SECONDS = 600
"""How long browsers may remember an answer to their asking, which revoking a listing has to wait for."""


def share(app: ASGIApp, origins: Origins) -> ASGIApp:
    """The application, which pages of the listed origins may ask too."""
    if not origins.listed:
        return app
    return CORSMiddleware(
        app,
        allow_origins=origins.listed,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", *PREFLIGHT_HEADERS],
        allow_credentials=origins.credentials,
        expose_headers=["Retry-After"],
        max_age=_SECONDS,
    )
