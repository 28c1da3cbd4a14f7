"""Protection against cross-site request forgery (CSRF) for requests that cookies authenticate or that set cookies.

A page of another origin can make a browser send our cookies. It cannot set `Sec-Fetch-Site` or `Origin`, and it cannot
add another header or a JSON body without a CORS preflight. Browsers never add `Authorization: Bearer` by themselves,
so a request with it needs none of these checks, unless it sets cookies.

GraphQL and REST share the check of the origin. They differ in what else shows that no link and no form sent a request:

- GraphQL: a POST request is JSON, or the endpoint has rejected it. A GET request needs a header of PREFLIGHT_HEADERS,
  because clients of GraphQL send it anyway, and because the audits of GraphQL servers test for it.
- REST: PATCH, DELETE and JSON bodies need a preflight. A GET or HEAD request needs no header: it changes nothing, and
  no other origin can read its response. Any other POST request needs a header of REST_PREFLIGHT_HEADERS.
"""

from starlette.requests import HTTPConnection, Request

from sessionql.http.origins import Origins
from sessionql.http_kit.media_types import EVENT_STREAM, GRAPHQL_JSON, JSON

GRAPHQL_PREFLIGHT_HEADERS = ("GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name")
REST_PREFLIGHT_HEADERS = ("X-Requested-With", *GRAPHQL_PREFLIGHT_HEADERS)

_SAFE_METHODS = frozenset({"GET", "HEAD"})
_PREFLIGHTED_METHODS = frozenset({"DELETE", "PATCH"})

OTHER_ORIGIN = (
    "Cookies are for pages of this origin: `Sec-Fetch-Site: same-origin`, or in older browsers `Origin`, confirms it. "
    "List other origins, ports included, in SESSIONQL_CORS_ORIGINS, with SESSIONQL_CORS_CREDENTIALS=true. A page over "
    "http, except on localhost, needs SESSIONQL_COOKIE_SECURE=false."
)
GRAPHQL_PREFLIGHT_MISSING = (
    "A GET request needs the header `GraphQL-Require-Preflight: 1`, which no link and no form sends, or without "
    f"cookies `Accept: {GRAPHQL_JSON}`. Or send a POST request with `Content-Type: {JSON}`."
)
REST_PREFLIGHT_MISSING = (
    "A POST request with cookies needs the header `X-Requested-With`, which no link and no form sends, "
    f"or a body with `Content-Type: {JSON}`."
)


class PreflightRequired(Exception):
    """The GET request of GraphQL looks like one that a link sends."""

    def __init__(self) -> None:
        super().__init__(GRAPHQL_PREFLIGHT_MISSING)


def check_graphql(request: Request, origins: Origins) -> str | None:
    """Why this request of GraphQL may neither use nor set cookies; None when it may.

    A POST request is JSON: the endpoint has rejected any other.
    """
    if not origins.allows_cookies(request.headers):
        return OTHER_ORIGIN
    return GRAPHQL_PREFLIGHT_MISSING if _is_simple(request) else None


def check_rest(request: Request, origins: Origins) -> str | None:
    """Why this request of REST may neither use nor set cookies; None when it may."""
    if not origins.allows_cookies(request.headers):
        return OTHER_ORIGIN
    if request.method in _SAFE_METHODS or request.method in _PREFLIGHTED_METHODS or content_type(request) == JSON:
        return None
    return None if _has_any(request, REST_PREFLIGHT_HEADERS) else REST_PREFLIGHT_MISSING


def is_navigation(connection: HTTPConnection) -> bool:
    """Whether a browser opens the response as a page: for a link, a bookmark or a typed address.

    No script of another origin can read such a response.
    """
    headers = connection.headers
    is_page = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")
    return is_page and connection.scope.get("method") in _SAFE_METHODS


def is_link_request(request: Request) -> bool:
    """Whether this request of GraphQL has no header that shows that a client of GraphQL sends it.

    `Accept: application/graphql-response+json` is enough without cookies. A script of another origin can send it too,
    but cannot read the response, and a query by GET changes nothing. With a bearer token, which no link and no form
    can send, `Accept: text/event-stream` is enough: some clients subscribe by GET with these two headers alone. A GET
    request with only a bearer token is rejected, because auditors of GraphQL servers report it.
    """
    accept = request.headers.get("accept", "")
    has_bearer = request.headers.get("authorization", "").lower().startswith("bearer ")
    return _is_simple(request) and GRAPHQL_JSON not in accept and not (has_bearer and EVENT_STREAM in accept)


def content_type(request: Request) -> str:
    """The media type of the body, in lower case and without parameters; empty when the header is missing."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_simple(request: Request) -> bool:
    return request.method != "POST" and not _has_any(request, GRAPHQL_PREFLIGHT_HEADERS)


def _has_any(request: Request, names: tuple[str, ...]) -> bool:
    return any(request.headers.get(name) for name in names)
