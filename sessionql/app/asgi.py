"""The application: what surrounds the doors."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from sessionql.http.cors import with_cors
from sessionql.http.error_responses import http_exception_response, unhandled_exception_response
from sessionql.http.origins import Origins
from sessionql.http.security_headers import SecurityHeaders


class Application(FastAPI):
    """FastAPI, with what browsers are told around everything: also around its own errors."""

    def __init__(self, origins: Origins, lifespan: Lifespan[Any], notice: Callable[[], None]) -> None:
        """`notice` is called before each request."""
        super().__init__(
            title="SessionQL",
            lifespan=lifespan,
            openapi_url=None,
            redirect_slashes=False,
            exception_handlers={HTTPException: http_exception_response, Exception: unhandled_exception_response},
        )
        self._origins = origins
        self._warn_if_not_started = notice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or live."""
        if scope["type"] != "lifespan":
            self._warn_if_not_started()
        await super().__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """The layers, the outermost last."""
        return SecurityHeaders(with_cors(super().build_middleware_stack(), self._origins))
