"""Security headers of every response, unless its route sets other values."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sessionql.http.proxies import Proxies, received_https

_NOTHING_ALLOWED: Mapping[str, str] = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}


def content_security_policy(directives: Mapping[str, str] | None = None) -> str:
    """A policy that allows nothing but what `directives` allow."""
    return "; ".join(f"{name} {value}" for name, value in {**_NOTHING_ALLOWED, **(directives or {})}.items())


HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", content_security_policy().encode()),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cache-control", b"no-store"),
)
TRANSPORT_SECURITY = (b"strict-transport-security", b"max-age=31536000")
"""For responses over https (RFC 6797 section 7.2): a year, as ASVS 3.4.1 requires. Without `includeSubDomains`, because
other hosts of the domain are not ours.
"""
_HTTPS_HEADERS = (*HEADERS, TRANSPORT_SECURITY)


def add_headers(response: Response) -> Response:
    """The response with the headers that it lacks: an application that includes the route may not add them."""
    for name, value in HEADERS:
        response.headers.setdefault(name.decode(), value.decode())
    return response


def with_headers(route: Route) -> Route:
    """A copy of the route that adds the headers to its responses."""
    handler: Callable[[Request], Awaitable[Response]] = route.endpoint

    async def handle(request: Request) -> Response:
        return add_headers(await handler(request))

    wrapped = Route(route.path, handle, name=route.name)
    wrapped.methods = route.methods
    return wrapped


class SecurityHeaders:
    """The outermost middleware, so that errors of the framework have the headers too."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name for name, _ in given}
                headers = _HTTPS_HEADERS if self._is_https(scope) else HEADERS
                message["headers"] = given + [pair for pair in headers if pair[0] not in names]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _is_https(self, scope: Scope) -> bool:
        return scope["scheme"] == "https" or bool(self._proxies.networks and received_https(scope, self._proxies))
