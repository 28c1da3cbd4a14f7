"""Against cross-site request forgery: what a request has to look like before cookies speak for it.

A page of another site can have a browser send our cookies, but cannot choose the headers, and
anything but a simple request asks us first (CORS). Bearer tokens are good from everywhere, because no
browser adds them by itself. Simple requests are not taken with them either: an address ends up in
histories and logs, and clients that send queries by GET had better mean to.
"""

from starlette.requests import Request

from sessionql.http.origins import Origins
from sessionql.http_kit.media_types import GRAPHQL_JSON

PREFLIGHT_HEADERS = ("GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name")

CROSS_SITE = (
    "Cookies are for pages of this site: send `Sec-Fetch-Site` as browsers do, or an `Origin` of this host. "
    "Pages of other sites have to be listed in SESSIONQL_CORS_ORIGINS, with SESSIONQL_CORS_CREDENTIALS=true."
)
PREFLIGHT_MISSING = (
    "A GET request needs the header `GraphQL-Require-Preflight: 1`, which no link and no form sends, or without "
    f"cookies `Accept: {GRAPHQL_JSON}`. Or send a POST request with `Content-Type: application/json`."
)


class PreflightRequired(Exception):
    """A link could have sent this request."""

    def __init__(self) -> None:
        super().__init__(PREFLIGHT_MISSING)


def rejection(request: Request, origins: Origins) -> str | None:
    """Why cookies may not speak for this request, or be set by it; None when they may.

    Whatever is posted is JSON, or the endpoint has refused it before.
    """
    if not origins.is_same_site(request.headers):
        return CROSS_SITE
    return PREFLIGHT_MISSING if is_simple(request) else None


def is_by_link(request: Request) -> bool:
    """Whether this is simple, and its sender did not even say that it knows GraphQL.

    Another site's script could say that too, but could not read the answer, and a query by GET changes nothing.
    """
    return is_simple(request) and GRAPHQL_JSON not in request.headers.get("accept", "")


def is_simple(request: Request) -> bool:
    """Whether a link could have sent this. What a form can post is refused by its content type."""
    return request.method != "POST" and not any(request.headers.get(name) for name in PREFLIGHT_HEADERS)
