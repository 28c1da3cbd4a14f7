"""GraphiQL at /graphql, without the internet: every file the page names is served by this process.

GraphiQL itself is in an installed package (`sessionql.http.static_packages`); `static/` holds what SessionQL adds. All
of it is read once, at start: there is no file system behind `/graphiql/`, so there is nothing to traverse.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sessionql.graphql.examples import Example
from sessionql.http.static_files import static_file
from sessionql.http.static_packages import GRAPHIQL
from sessionql.resolvers.devices.client_hints import ACCEPT_CH

_OWN_STYLE = "graphiql.css"
_OWN_MODULES = ("graphiql.js", "bar.js", "examples.js", "session.js", "storage.js", "transport.js")

# Spelt out, because Python's guess comes from the machine's registry and `nosniff` makes a wrong one fatal.
_CONTENT_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}

# GraphiQL's dialogs add one style element that keeps the page behind them from scrolling. Its text never varies here,
# because our page itself never has a scroll bar, so its hash spares us 'unsafe-inline'.
_SCROLL_LOCK = "'sha256-Y/huXlwoYkVyQlxwSVcCi1RCDGDCSVBzDt0hYP9qlTc='"

_CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": f"'self' {_SCROLL_LOCK}",
    "font-src": "data:",  # GraphiQL's style sheet carries its fonts
    "img-src": "data:",
    "connect-src": "'self'",  # covers ws: and wss: to this host, and to no other
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}

PAGE_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _CONTENT_SECURITY_POLICY.items()),
        "X-Content-Type-Options": "nosniff",
        "Accept-CH": ACCEPT_CH,
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache",
        "Vary": "Accept",  # the same address answers GraphQL
    }
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>SessionQL · GraphiQL</title>
<link rel="icon" href="data:,">
{head}
</head>
<body>
<header id="bar"></header>
<main id="editor"><p class="loading">Loading GraphiQL…</p></main>
<noscript><p class="loading">GraphiQL is a program in JavaScript, which is turned off here.</p></noscript>
<script type="application/json" id="examples">{examples}</script>
</body>
</html>
"""


def graphiql_page(examples: Sequence[Example]) -> str:
    """The page's HTML; send it with `PAGE_HEADERS`. Addresses are relative, so a path prefix does no harm."""
    return _PAGE.format(head="\n".join(_head()), examples=_json_in_html([asdict(each) for each in examples]))


def graphiql_assets() -> Route:
    """The route of the page's files; any other name is 404. Raises StaticFilesMissing."""
    assets = {path.name: static_file(path.read_bytes(), _CONTENT_TYPES[path.suffix]) for path in _files()}

    async def serve(request: Request) -> Response:
        asset = assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        return asset.respond(request)

    return Route("/graphiql/{name}", serve, methods=["GET"], name="graphiql-assets")


def _head() -> Iterator[str]:
    """GraphiQL's styles before ours. Scripts are deferred and run in this order; a module is deferred anyway."""
    for name in (*GRAPHIQL.styles, _OWN_STYLE):
        yield f'<link rel="stylesheet" href="graphiql/{name}">'
    for name in GRAPHIQL.scripts:
        yield f'<script defer src="graphiql/{name}"></script>'
    yield f'<script type="module" src="graphiql/{_OWN_MODULES[0]}"></script>'


def _json_in_html(value: object) -> str:
    """JSON that no HTML parser can take for the end of its script element, or for a comment."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _files() -> Iterator[Path]:
    yield from GRAPHIQL.files()
    yield from (Path(__file__).parent / "static" / name for name in (_OWN_STYLE, *_OWN_MODULES))
