"""GraphiQL at /graphql, without the internet: every file the page names is served by this process.

GraphiQL itself comes out of the installed package `graphene_django_graphiql_static`, so no built JavaScript lives in
this repository; `static/` holds what is ours. All of it is read once, at start: there is no file system behind
`/graphiql/`, so there is nothing to traverse.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sessionql.graphql.examples import Example
from sessionql.http.static_files import static_file
from sessionql.resolvers.devices.client_hints import ACCEPT_CH

_PACKAGE = "graphene_django_graphiql_static"

# In the order the page needs them: React before GraphiQL before the plug-in; GraphiQL's styles before ours.
_STYLES = ("graphiql.min.css", "style.css")
_SCRIPTS = (
    "react.production.min.js",
    "react-dom.production.min.js",
    "graphiql.min.js",
    "graphql-ws.min.js",
    "graphiql-plugin-explorer.umd.js",
)
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
    """The route of the page's files. A name that is not one of theirs is 404, whatever lies on the disk."""
    assets = {path.name: static_file(path.read_bytes(), _CONTENT_TYPES[path.suffix]) for path in _files()}

    async def serve(request: Request) -> Response:
        asset = assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        return asset.respond(request)

    return Route("/graphiql/{name}", serve, methods=["GET"], name="graphiql-assets")


def _head() -> Iterator[str]:
    """All scripts are deferred and run in this order; ours is a module, which is deferred anyway."""
    for name in (*_STYLES, _OWN_STYLE):
        yield f'<link rel="stylesheet" href="graphiql/{name}">'
    for name in _SCRIPTS:
        yield f'<script defer src="graphiql/{name}"></script>'
    yield f'<script type="module" src="graphiql/{_OWN_MODULES[0]}"></script>'


def _json_in_html(value: object) -> str:
    """JSON that no HTML parser can take for the end of its script element, or for a comment."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _files() -> Iterator[Path]:
    yield from (_package_folder() / "static" / _PACKAGE / name for name in (*_STYLES, *_SCRIPTS))
    yield from (Path(__file__).parent / "static" / name for name in (_OWN_STYLE, *_OWN_MODULES))


def _package_folder() -> Path:
    """Found, not imported: other modules of that package want Django."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"GraphiQL's files are missing: pip install {_PACKAGE.replace('_', '-')}")
    return Path(spec.submodule_search_locations[0])
