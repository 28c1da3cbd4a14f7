"""Swagger UI from an installed package (`sessionql.http.static_packages`), served by this process."""

from collections.abc import Mapping

from sessionql.http.security_headers import content_security_policy
from sessionql.http.static_files import CONTENT_TYPES, StaticFile, static_file
from sessionql.http.static_packages import SWAGGER_UI

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
    """The files of the page, by name. Raises StaticFilesMissing."""
    files = {path.name: static_file(path.read_bytes(), CONTENT_TYPES[path.suffix]) for path in SWAGGER_UI.files()}
    return files | {"start.js": static_file(_START, CONTENT_TYPES[".js"])}
