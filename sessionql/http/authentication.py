"""Authentication of requests and WebSocket handshakes: from headers and cookies to a RequestContext."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

from starlette.requests import HTTPConnection, Request

from sessionql.http.cookies import NO_COOKIES, CookieRules, RequestCookies
from sessionql.http.csrf import OTHER_ORIGIN, is_navigation
from sessionql.http.origins import SITE_HEADER, Origins
from sessionql.http.proxies import Proxies, address_of
from sessionql.http_kit.transport import peer_of, set_owners
from sessionql.resolvers.client import MAX_USER_AGENT_BYTES, ClientInfo, client_info, network_of, shorten_user_agent
from sessionql.resolvers.cookie_jar import CookieJar, CookiesRejected
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.client_hints import HINT_HEADERS, MAX_HINT_LENGTH, NO_HINTS, read_hints
from sessionql.resolvers.request_context import RequestContext, SignedIn, authenticate_request

MAX_BASIC_CHARACTERS = 2048
"""The longest value of `Authorization: Basic` that is decoded. Service keys are much shorter."""

CsrfCheck = Callable[[Request, Origins], str | None]
"""Returns why a request may neither use nor set cookies, or None."""


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Authenticates the requests of one server."""

    deps: Dependencies
    proxies: Proxies
    cookies: CookieRules
    origins: Origins

    async def by_bearer(self, request: HTTPConnection, token: str | None = None) -> RequestContext:
        """The context of a request that only a token can authenticate: `token`, or a bearer token. Cookies are not
        read and cannot be set.
        """
        return await self._context(request, bearer_token(request) if token is None else token, CookieJar())

    async def by_bearer_or_cookie(self, request: Request, csrf_check: CsrfCheck) -> RequestContext:
        """The context of a request that a bearer token or cookies authenticate.

        With a bearer token, cookies are not used. Raises CookiesRejected when there are only cookies and `csrf_check`
        rejects the request.
        """
        token, cookies = bearer_token(request), self._cookies(request)
        rejection = partial(csrf_check, request, self.origins)
        jar = CookieJar(sent=cookies.sent, device_token=cookies.device_token, rejection=rejection)
        if token is not None or not cookies.sent:
            return await self._context(request, token, jar)
        jar.require_allowed()
        jar.refresh_token = cookies.refresh_token
        return await self._context(request, cookies.access_token, jar, by_cookie=True)

    async def for_guard(self, connection: HTTPConnection) -> RequestContext:
        """The context of a request to a route of an embedding application, which sets no cookies.

        Raises CookiesRejected for cookies of a request of another origin. When the browser opens a page, cookies count
        for a typed address or a bookmark too (`Sec-Fetch-Site: none`, which no page can cause). For a link of another
        origin they are ignored, like the `SameSite=Strict` cookies that browsers do not send from other sites.
        """
        if not is_navigation(connection):
            token = self.socket_token(connection)
        elif (token := bearer_token(connection)) is None and self._may_open_page(connection):
            token = self._cookies(connection).access_token
        return await self._context(connection, token, CookieJar())

    def socket_token(self, handshake: HTTPConnection, payload: Mapping[str, Any] | None = None) -> str | None:
        """The access token of a socket: `authorization` of the `connection_init` payload, else as in a request.

        Raises CookiesRejected for cookies of a handshake of another origin.
        """
        token = payload_token(payload)
        if token is None:
            token = bearer_token(handshake)
        if token is not None:
            return token
        cookies = self._cookies(handshake)
        if cookies.sent and not self.origins.allows_cookies(handshake.headers):
            raise CookiesRejected(OTHER_ORIGIN)
        return cookies.access_token

    def client_of(self, request: HTTPConnection) -> ClientInfo:
        """The address and the User-Agent of a request, as far as the policy keeps the address."""
        # Raw bytes: the header can hold any bytes, and Starlette would decode them as Latin-1.
        headers = request.headers.raw
        raw = next((value for name, value in headers if name == b"user-agent"), None)
        if raw is not None and len(raw) > MAX_USER_AGENT_BYTES:
            raw = shorten_user_agent(raw)
        hints = {name: value[:MAX_HINT_LENGTH] for name, value in headers if name in HINT_HEADERS}
        peer, client = peer_of(request), request.client
        is_client = not self.proxies.networks and (client is None or client.host == peer)
        return client_info(
            peer if is_client else address_of(request, self.proxies),
            raw,
            read_hints(tuple(hints.items())) if hints else NO_HINTS,
            truncate=self.deps.policy.truncate_addresses,
        )

    def network_of(self, connection: HTTPConnection) -> str | None:
        """The network of a client, for bounds of connections. None for a trusted proxy that names no client."""
        address = address_of(connection, self.proxies)
        is_proxy = address is not None and bool(self.proxies.networks) and self.proxies.trust(address)
        return None if is_proxy else network_of(address)

    def _may_open_page(self, navigation: HTTPConnection) -> bool:
        return navigation.headers.get(SITE_HEADER) == "none" or self.origins.allows_cookies(navigation.headers)

    def _cookies(self, connection: HTTPConnection) -> RequestCookies:
        return self.cookies.read(connection.headers.raw) if "cookie" in connection.headers else NO_COOKIES

    async def _context(
        self, request: HTTPConnection, token: str | None, jar: CookieJar, *, by_cookie: bool = False
    ) -> RequestContext:
        client = self.client_of(request)
        authentication = await authenticate_request(self.deps, client, token, by_cookie=by_cookie)
        if isinstance(authentication, SignedIn):
            set_owners(request.scope, client.network, authentication.requester.session.id)
        else:
            set_owners(request.scope, client.network)
        return RequestContext(self.deps, client, authentication, token, jar)


def payload_token(payload: Mapping[str, Any] | None) -> str | None:
    """The access token of `authorization` in the payload of a message; None without this key, "" if it has no token."""
    for name, value in (payload or {}).items():
        if name.lower() == "authorization":
            return (_bearer(value) if isinstance(value, str) else None) or ""
    return None


def bearer_token(request: HTTPConnection) -> str | None:
    """The token of an `Authorization: Bearer` header (RFC 6750); None when there is none."""
    return _bearer(request.headers.get("authorization", ""))


def basic_password(request: HTTPConnection) -> str | None:
    """The password of an `Authorization: Basic` header, in which OAuth clients send their secret (RFC 6749,
    section 2.3.1). None without the header, empty when it is too long or cannot be decoded.
    """
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    if len(encoded) > MAX_BASIC_CHARACTERS:
        return ""
    try:
        _, _, password = b64decode(encoded.strip(" \t"), validate=True).decode().partition(":")
    except ValueError:
        return ""
    # Clients encode both parts like a form. A service key has no character that this changes.
    return unquote_plus(password)


def _bearer(text: str) -> str | None:
    scheme, _, token = text.partition(" ")
    # Only what surrounds a header value is stripped: each token has exactly one spelling.
    return token.strip(" \t") if scheme.lower() == "bearer" else None
