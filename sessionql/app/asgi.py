"""The FastAPI application with its middleware."""

import logging
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from sessionql.http.cors import with_cors
from sessionql.http.error_responses import Render, http_exception_handler, unhandled_exception_response
from sessionql.http.origins import Origins
from sessionql.http.proxies import Proxies
from sessionql.http.security_headers import SecurityHeaders

log = logging.getLogger("sessionql")


class StartCheck:
    """Counts the lifespans that run. Warns once when a request comes before the first."""

    def __init__(self) -> None:
        self.running = 0
        self._warned = False

    def warn(self) -> None:
        """Log what to do, the first time."""
        if not self._warned:
            self._warned = True
            log.warning("A request came before the lifespan of SessionQL: write FastAPI(lifespan=sessions.lifespan)")


class Application(FastAPI):
    """FastAPI with CORS and security headers outside its error handling, so that errors have them too."""

    def __init__(
        self, origins: Origins, proxies: Proxies, lifespan: Lifespan[Any], start_check: StartCheck, render: Render
    ) -> None:
        """`render` renders 404, 405 and the like."""
        super().__init__(
            title="SessionQL",
            lifespan=lifespan,
            openapi_url=None,
            redirect_slashes=False,
            exception_handlers={
                HTTPException: http_exception_handler(render),
                Exception: unhandled_exception_response,
            },
        )
        self._origins = origins
        self._proxies = proxies
        self._start_check = start_check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI scope: http, websocket or lifespan."""
        if scope["type"] != "lifespan" and not self._start_check.running:
            self._start_check.warn()
        await super().__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """The middleware; security headers are the outermost."""
        return SecurityHeaders(with_cors(super().build_middleware_stack(), self._origins), self._proxies)
