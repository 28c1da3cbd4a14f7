"""GraphiQL at /graphql. This process serves every file of the page, so it works without the internet.

GraphiQL itself is in an installed package (`sessionql.http.static_packages`); `static/` has our additions. All files
are read once, at start.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

from starlette.routing import Route

from sessionql.graphql.examples import Example
from sessionql.http.security_headers import content_security_policy
from sessionql.http.static_files import CONTENT_TYPES, files_route, static_file
from sessionql.http.static_packages import GRAPHIQL
from sessionql.resolvers.devices.client_hints import ACCEPT_CH

_OWN_STYLE = "graphiql.css"
_OWN_MODULES = ("graphiql.js", "bar.js", "examples.js", "session.js", "storage.js", "transport.js")

# GraphiQL's dialogs add one style element that stops the page behind them from scrolling. Our page never has a scroll
# bar, so the text of the element never changes, and its hash is enough: no 'unsafe-inline'.
_SCROLL_LOCK = "'sha256-Y/huXlwoYkVyQlxwSVcCi1RCDGDCSVBzDt0hYP9qlTc='"

_CONTENT_SECURITY_POLICY = {
    "script-src": "'self'",
    "style-src": f"'self' {_SCROLL_LOCK}",
    "font-src": "data:",  # GraphiQL's style sheet carries its fonts
    "img-src": "data:",
    "connect-src": "'self'",  # covers ws: and wss: to this host, and to no other
}

PAGE_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": content_security_policy(_CONTENT_SECURITY_POLICY),
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
    """The HTML of the page; send it with `PAGE_HEADERS`. Its URLs are relative, so it works under a path prefix."""
    return _PAGE.format(head="\n".join(_head()), examples=_json_in_html([asdict(each) for each in examples]))


def graphiql_files() -> Route:
    """The route of the files of the page. Raises StaticFilesMissing."""
    files = {path.name: static_file(path.read_bytes(), CONTENT_TYPES[path.suffix]) for path in _paths()}
    return files_route("graphiql", files)


def _head() -> Iterator[str]:
    """The links to styles and scripts. Scripts are deferred and run in this order; modules are always deferred."""
    for name in (*GRAPHIQL.styles, _OWN_STYLE):
        yield f'<link rel="stylesheet" href="graphiql/{name}">'
    for name in GRAPHIQL.scripts:
        yield f'<script defer src="graphiql/{name}"></script>'
    yield f'<script type="module" src="graphiql/{_OWN_MODULES[0]}"></script>'


def _json_in_html(value: object) -> str:
    """JSON inside a script element: without `<`, it can neither end the element nor begin a comment."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _paths() -> Iterator[Path]:
    yield from GRAPHIQL.files()
    yield from (Path(__file__).parent / "static" / name for name in (_OWN_STYLE, *_OWN_MODULES))
