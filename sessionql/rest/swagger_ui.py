"""Swagger UI from the installed package `fastapi_swagger`. This process serves every file of the page."""

from collections.abc import Mapping

from sessionql.http.packaged_files import package_folder
from sessionql.http.security_headers import content_security_policy
from sessionql.http.static_files import CONTENT_TYPES, StaticFile, static_file

_PACKAGE, _FOLDER = "fastapi_swagger", "resources"
_NAMES = ("swagger-ui.css", "swagger-ui-bundle.js")

PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": content_security_policy(
        {
            "script-src": "'self'",
            "style-src": "'self' 'unsafe-inline'",
            "img-src": "'self' data:",
            "connect-src": "'self'",
        }
    ),
    "Cache-Control": "no-cache",
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>SessionQL · REST</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<script defer src="docs/swagger-ui-bundle.js"></script>
<script type="module" src="docs/start.js"></script>
</head>
<body><main id="docs"></main></body>
</html>
"""
_START = b'SwaggerUIBundle({ url: "openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });\n'


def swagger_files() -> Mapping[str, StaticFile]:
    """The files of the page, by name. Raises RuntimeError when the package is not installed."""
    folder = package_folder(_PACKAGE) / _FOLDER
    files = {name: static_file((folder / name).read_bytes(), CONTENT_TYPES[(folder / name).suffix]) for name in _NAMES}
    return files | {"start.js": static_file(_START, CONTENT_TYPES[".js"])}
