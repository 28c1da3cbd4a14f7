"""Serves the page and the component: read and compressed once at the start, so there is nothing to traverse.

The page names its files with their version, so browsers keep them for good. `/my-sessions.js` without one is the
address for other sites: their browsers ask each time whether it is still the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sessionql.http.static_files import StaticFile, static_file
from sessionql.http.static_packages import GRAPHIQL
from sessionql.page.bundle import bundle
from sessionql.resolvers.devices.client_hints import ACCEPT_CH
from sessionql.settings.settings import Settings

_FOLDER = Path(__file__).parent
_COMPONENT = tuple(
    _FOLDER / "component" / f"{name}.js"
    for name in (
        "strings",
        "words",
        "elements",
        "icons",
        "styles",
        "documents",
        "asking",
        "watching",
        "looking",
        "dialogs",
        "cards",
        "histories",
        "listing",
        "deeds",
        "my-sessions",
    )
)
_SCRIPT = tuple(_FOLDER / f"{name}.js" for name in ("component/words", "page-strings", "page-documents", "page"))

_HTML, _CSS, _JS = "text/html; charset=utf-8", "text/css; charset=utf-8", "text/javascript; charset=utf-8"
_ONE_YEAR = "public, max-age=31536000, immutable"

_CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",  # covers wss: to this host, and to no other
    "base-uri": "'none'",
    "form-action": "'none'",  # scripts send what is typed: a form of its own would put it into the address
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",  # text is never taken for markup or script
}
_PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _CONTENT_SECURITY_POLICY.items()),
    "Accept-CH": ACCEPT_CH,
}
# Any site may read the component, which holds nothing of anybody's. What it then asks for is another question.
_FOR_EVERYBODY = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

_GRAPHIQL = '<a href="graphql" data-text="graphiql">GraphiQL</a>'


@dataclass(frozen=True, slots=True)
class _Asset:
    """A file of the page under its plain name, and for good under its version."""

    plain: StaticFile
    versioned: StaticFile
    version: str

    async def serve(self, request: Request) -> Response:
        """The file; browsers keep it for good when they asked for the version that it is."""
        same = request.query_params.get("v") == self.version
        return (self.versioned if same else self.plain).respond(request)


def page_routes(settings: Settings) -> list[Route]:
    """The routes of the page and the component; none where they are turned off."""
    if not settings.page:
        return []
    component, assets = _component(), _assets()
    page = _page(component, assets, graphiql=settings.serves_graphiql and GRAPHIQL.is_installed())

    async def serve_page(request: Request) -> Response:
        return page.respond(request)

    async def serve_asset(request: Request) -> Response:
        asset = assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        return await asset.serve(request)

    return [
        Route("/", serve_page, methods=["GET"]),
        Route("/my-sessions.js", component.serve, methods=["GET"]),
        Route("/page/{name}", serve_asset, methods=["GET"]),
    ]


@cache
def _component() -> _Asset:
    return _asset(bundle(_COMPONENT), _JS, _FOR_EVERYBODY)


@cache
def _assets() -> Mapping[str, _Asset]:
    return {
        "page.js": _asset(bundle(_SCRIPT), _JS),
        "page.css": _asset(_read("page.css"), _CSS),
        "icon.svg": _asset(_read("icon.svg"), "image/svg+xml"),
    }


def _page(component: _Asset, assets: Mapping[str, _Asset], *, graphiql: bool) -> StaticFile:
    """The page's HTML. Its addresses are relative, so a path prefix does no harm."""
    html = _read("index.html").replace("<!-- GraphiQL -->", _GRAPHIQL if graphiql else "")
    named = {"my-sessions.js": component} | {f"page/{name}": asset for name, asset in assets.items()}
    for address, asset in named.items():
        html = html.replace(f'"{address}"', f'"{address}?v={asset.version}"')
    return static_file(html.encode(), _HTML, compress=True, **_PAGE_HEADERS)


def _asset(text: str, content_type: str, headers: dict[str, str] | None = None) -> _Asset:
    plain = static_file(text.encode(), content_type, compress=True, **(headers or {}))
    versioned = replace(plain, headers={**plain.headers, "Cache-Control": _ONE_YEAR})
    return _Asset(plain, versioned, plain.headers["ETag"].strip('W/"')[:12])


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
