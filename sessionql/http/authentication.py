"""Who asks: the token that a request or a handshake carries, and from where it comes."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from starlette.requests import HTTPConnection, Request

from sessionql.http.cookies import CookieRules
from sessionql.http.csrf import CROSS_SITE, rejection
from sessionql.http.origins import Origins
from sessionql.http.proxies import Proxies, address_of
from sessionql.resolvers.client import ClientInfo, client_info
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.client_hints import NO_HINTS, read_hints
from sessionql.resolvers.devices.user_agent import clean_user_agent
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.service_keys import authenticate_service
from sessionql.schema.browser import CookieJar, CookiesRejected
from sessionql.schema.context import Context
from sessionql.schema.service_context import ServiceContext


def credentials_of(
    request: Request,
    rules: CookieRules,
    origins: Origins,
    refuse: Callable[[Request, Origins], str | None] = rejection,
) -> tuple[str | None, CookieJar]:
    """The access token of a request, and what its browser keeps.

    A bearer token wins: its request asks nothing of the cookies. Raises CookiesRefused when they
    are all that the request has, and another site may have had them sent.
    """
    token, cookies = bearer_token(request), rules.read(request.headers.raw)
    browser = CookieJar(sent=cookies.sent, rejection=partial(refuse, request, origins))
    if token is not None or not cookies.sent:
        return token, browser
    browser.require_allowed()
    browser.authenticates, browser.refresh_token = True, cookies.refresh_token
    return cookies.access_token, browser


async def context_of(deps: Dependencies, client: ClientInfo, token: str | None, browser: CookieJar) -> Context:
    """What the fields of this request share. The session is looked up here, once."""
    if token is not None and (service := await authenticate_service(deps, token, client)):
        return ServiceContext(deps, client, service=service)
    context = Context(deps, client, token, cookies=browser)
    if token is not None:
        context.requester = await authenticate(deps, token, context.client)
    context.rejected = context.requester is None and (token is not None or browser.authenticates)
    return context


def token_of(
    handshake: HTTPConnection, payload: Mapping[str, Any] | None, rules: CookieRules, origins: Origins
) -> str | None:
    """The access token of a socket: in the payload of `connection_init`, or as in a request.

    Raises CookiesRefused like `proof_of`.
    """
    for name, value in (payload or {}).items():
        if name.lower() == "authorization":
            return _bearer(value) if isinstance(value, str) else ""
    token = bearer_token(handshake)
    if token is not None:
        return token
    cookies = rules.read(handshake.headers.raw)
    if cookies.sent and not origins.is_same_site(handshake.headers):
        raise CookiesRejected(CROSS_SITE)
    return cookies.access_token


def client_of(request: HTTPConnection, proxies: Proxies, *, truncate: bool) -> ClientInfo:
    """The address and the program that a request comes from."""
    # Raw bytes: the header may hold anything, and the framework would read it as Latin-1.
    said = request.headers.raw
    raw = next((value for name, value in said if name == b"user-agent"), None)
    hints = tuple(pair for pair in said if pair[0].startswith(b"sec-ch-ua"))
    address, user_agent = address_of(request, proxies), clean_user_agent(raw)
    return client_info(address, user_agent, read_hints(hints) if hints else NO_HINTS, truncate=truncate)


def bearer_token(request: HTTPConnection) -> str | None:
    """The token of an `Authorization: Bearer` header (RFC 6750); None when there is none."""
    return _bearer(request.headers.get("authorization", ""))


def _bearer(text: str) -> str | None:
    scheme, _, token = text.partition(" ")
    # What surrounds a header's value, and no other white space: a token has one spelling.
    return token.strip(" \t") if scheme.lower() == "bearer" else None
