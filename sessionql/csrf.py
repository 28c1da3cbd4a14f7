"""Against cross-site request forgery: what a request has to look like before cookies speak for it.

A page of another site can have a browser send our cookies, but cannot choose the headers, and
anything but a simple request asks us first (CORS). Bearer tokens need none of this: no browser adds
them by itself.
"""

from starlette.requests import Request

from sessionql.origins import Origins

PREFLIGHT_HEADERS = ("GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name")

FOREIGN = (
    "Cookies are for pages of this site: send `Sec-Fetch-Site` as browsers do, or an `Origin` of this host. "
    "Pages of other sites have to be listed in SESSIONQL_CORS_ORIGINS, with SESSIONQL_CORS_CREDENTIALS=true."
)
SIMPLE = (
    "With cookies, a GET request needs the header `GraphQL-Require-Preflight: 1`. Or send a POST request with "
    "`Content-Type: application/json`."
)


def refusal(request: Request, origins: Origins) -> str | None:
    """Why cookies may not speak for this request, or be set by it; None when they may.

    Whatever is posted is JSON, or the endpoint has refused it before.
    """
    if not origins.admit(request.headers):
        return FOREIGN
    if request.method != "POST" and not any(request.headers.get(name) for name in PREFLIGHT_HEADERS):
        return SIMPLE
    return None
