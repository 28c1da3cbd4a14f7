"""What every answer tells browsers, whoever answers; a door may say something else in its own words."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


def add_headers(response: Response) -> Response:
    """The answer of a door that nobody knows what surrounds, with what it does not say itself."""
    for name, value in HEADERS:
        response.headers.setdefault(name.decode(), value.decode())
    return response


def with_headers(route: Route) -> Route:
    """The route, whose answers say all this wherever it is."""
    handler: Callable[[Request], Awaitable[Response]] = route.endpoint

    async def handle(request: Request) -> Response:
        return add_headers(await handler(request))

    wrapped = Route(route.path, handle, name=route.name)
    wrapped.methods = route.methods
    return wrapped


class SecurityHeaders:
    """The outermost layer, so that not even an error of the framework itself goes without."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name for name, _ in given}
                message["headers"] = given + [pair for pair in HEADERS if pair[0] not in names]
            await send(message)

        await self._app(scope, receive, send_with_headers)
