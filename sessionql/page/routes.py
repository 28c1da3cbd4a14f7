"""Serves the page "Your devices" and the custom element. All files are read and compressed once, at start.

The page links to its files with their version, so browsers cache them without a limit. `/my-sessions.js` without a
version is the URL for other sites: their browsers revalidate it each time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sessionql.http.security_headers import content_security_policy
from sessionql.http.static_files import CONTENT_TYPES, StaticFile, files_route, static_file
from sessionql.http.static_packages import GRAPHIQL
from sessionql.http_kit.query import has_too_many_parameters
from sessionql.page.bundle import bundle
from sessionql.resolvers.dependencies import Accounts
from sessionql.resolvers.devices.client_hints import ACCEPT_CH
from sessionql.settings.settings import Settings

_FOLDER = Path(__file__).parent
_COMPONENT = tuple(
    _FOLDER / "component" / f"{name}.js"
    for name in (
        "translations",
        "i18n",
        "dom",
        "icons",
        "styles",
        "operations",
        "retry_key",
        "client",
        "live",
        "poller",
        "dialogs",
        "cards",
        "activity",
        "notices",
        "list_view",
        "actions",
        "session_state",
        "event_reporter",
        "shadow_view",
        "controller",
        "my-sessions",
    )
)
_SCRIPT = tuple(_FOLDER / f"{name}.js" for name in ("component/i18n", "page-translations", "page-operations", "page"))

_ONE_YEAR = "public, max-age=31536000, immutable"

_CONTENT_SECURITY_POLICY = {
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",  # covers wss: to this host, and to no other
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",  # no text is ever parsed as markup or script
}
_PAGE_HEADERS = {
    "Content-Security-Policy": content_security_policy(_CONTENT_SECURITY_POLICY),
    "Accept-CH": ACCEPT_CH,
}
# Any site may load the component: it contains no data of users. CORS restricts the requests that it sends.
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

_PARTS: Mapping[str, frozenset[Accounts]] = {
    "open": frozenset({"open"}),
    "passwords": frozenset({"open", "closed"}),
    "off": frozenset({"off"}),
}
"""The marked parts of the page, and with which accounts each is served."""

_GRAPHIQL = '<a href="graphql" data-text="graphiql">GraphiQL</a>'


@dataclass(frozen=True, slots=True)
class _Asset:
    """A file of the page: `plain` is revalidated, `versioned` is cached without a limit."""

    plain: StaticFile
    versioned: StaticFile
    version: str

    def respond(self, request: Request) -> Response:
        """The versioned file if the request names the current version (`?v=`), else the plain one."""
        is_current = not has_too_many_parameters(request) and request.query_params.get("v") == self.version
        return (self.versioned if is_current else self.plain).respond(request)


def page_routes(settings: Settings) -> list[Route]:
    """The routes of the page and the component; none when the settings turn them off."""
    if not settings.page:
        return []
    component, assets = _component(), _assets()
    graphiql = settings.serves_graphiql and GRAPHIQL.is_installed()
    page = _page(component, assets, settings.allowed_accounts, graphiql=graphiql)

    async def serve_page(request: Request) -> Response:
        return page.respond(request)

    async def serve_component(request: Request) -> Response:
        return component.respond(request)

    return [
        Route("/", serve_page, methods=["GET"]),
        Route("/my-sessions.js", serve_component, methods=["GET"]),
        files_route("page", assets),
    ]


@cache
def _component() -> _Asset:
    return _asset(bundle(_COMPONENT), ".js", _ANY_ORIGIN)


@cache
def _assets() -> Mapping[str, _Asset]:
    return {
        "page.js": _asset(bundle(_SCRIPT), ".js"),
        "page.css": _asset(_read("page.css"), ".css"),
        "icon.svg": _asset(_read("icon.svg"), ".svg"),
    }


def _page(component: _Asset, assets: Mapping[str, _Asset], accounts: Accounts, *, graphiql: bool) -> StaticFile:
    """The HTML of the page. Its URLs are relative, so it works under a path prefix."""
    html = _read("index.html").replace("<!-- GraphiQL -->", _GRAPHIQL if graphiql else "")
    for name, parts in _PARTS.items():
        html = re.sub(
            f"<!-- {name} -->(.*?)<!-- /{name} -->", r"\1" if accounts in parts else "", html, flags=re.DOTALL
        )
    linked = {"my-sessions.js": component} | {f"page/{name}": asset for name, asset in assets.items()}
    for url, asset in linked.items():
        html = html.replace(f'"{url}"', f'"{url}?v={asset.version}"')
    return static_file(html.encode(), CONTENT_TYPES[".html"], compress=True, **_PAGE_HEADERS)


def _asset(text: str, suffix: str, headers: dict[str, str] | None = None) -> _Asset:
    plain = static_file(text.encode(), CONTENT_TYPES[suffix], compress=True, **(headers or {}))
    versioned = replace(plain, headers={**plain.headers, "Cache-Control": _ONE_YEAR})
    return _Asset(plain, versioned, plain.headers["ETag"].strip('W/"')[:12])


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
