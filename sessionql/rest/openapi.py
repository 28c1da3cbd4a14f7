"""What OpenAPI says of the doors: bodies, statuses, who may ask; and the page that shows it, without the internet."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.models import HTTPBearer
from fastapi.openapi.utils import get_openapi
from fastapi.security.base import SecurityBase
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from sessionql.http.static_files import static_file
from sessionql.http.static_packages import SWAGGER_UI
from sessionql.rest.problems import MEDIA_TYPE, Problem

FORM = "application/x-www-form-urlencoded"
_ABOUT = (
    "The REST doors of SessionQL: the same accounts and sessions as at `/graphql`, by the same rules. Send "
    "`Authorization: Bearer <access_token>`, or, from pages of this site, cookies."
)
_WHY = {
    400: "The request cannot be read.",
    401: "Nobody is signed in, or not any more; or the proof is wrong.",
    403: "Not with this account, key, cookie or log-in: the code says which.",
    404: "There is no such thing of the caller's.",
    409: "It is in the way of something that is there.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    422: "A value breaks a rule: `errors` says which.",
    429: "Too many attempts: `Retry-After` says how long to wait, in seconds.",
}
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
_PAGE = """<!doctype html>
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
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class _Declared(SecurityBase):
    """Says in OpenAPI documents what the doors ask for. They ask by themselves."""

    scheme_name = "SessionQL"
    model = HTTPBearer(description="An access token, or for services their key.")

    async def __call__(self) -> None:
        """Ask nothing."""


DECLARED = _Declared()


def may_fail(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a door is known for. What any door can answer is `default`."""
    known: dict[int | str, dict[str, Any]] = {
        status: {"description": _WHY[status], "content": _PROBLEM} for status in statuses
    }
    # The model is named for the sake of documents that other applications make of these doors.
    return known | {"default": {"model": Problem, "description": "Another problem.", "content": _PROBLEM}}


def takes(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """A body of JSON."""
    return _body({"application/json": {"schema": model.model_json_schema()}}, required=required)


def takes_form(fields: Mapping[str, str], *optional: str) -> dict[str, Any]:
    """A body that is a form: names, and what each is."""
    return _body({FORM: {"schema": form_schema(fields, *optional)}}, required=True)


def form_schema(fields: Mapping[str, str], *optional: str) -> dict[str, Any]:
    """The schema of a form, in which all fields are needed but the optional ones."""
    return {
        "type": "object",
        "properties": {name: {"type": "string", "minLength": 1, "description": text} for name, text in fields.items()},
        "required": [name for name in fields if name not in optional],
        "additionalProperties": False,
    }


def open_to_all(extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """A door that asks nobody who they are. Lists are added to, so this says: a token, or nothing."""
    return {"security": [{}], **(extra or {})}


def _body(content: dict[str, Any], *, required: bool) -> dict[str, Any]:
    return {"requestBody": {"required": required, "content": content}}


def document(router: APIRouter, prefix: str = "") -> dict[str, Any]:
    """The OpenAPI document of the doors, at a path that something in front of them may have put before theirs."""
    made = get_openapi(title="SessionQL", version="1", description=_ABOUT, routes=router.routes)
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    for operation in (each for path in made["paths"].values() for each in path.values()):
        operation["responses"]["default"]["content"].pop("application/json", None)
    if prefix:
        made["servers"] = [{"url": prefix}]
    return made


def documentation_routes(router: APIRouter) -> list[BaseRoute]:
    """The routes of the OpenAPI document, of its page and of the page's files.

    The page is a 404 response with a reason where the files of Swagger UI are not installed.
    """

    async def described(request: Request) -> Response:
        return JSONResponse(document(router, request.scope.get("root_path", "")))

    described_at = Route("/openapi.json", described, methods=["GET"])
    if not SWAGGER_UI.is_installed():
        return [described_at, Route("/docs", _not_installed, methods=["GET"])]
    assets = {path.name: static_file(path.read_bytes(), _TYPES[path.suffix]) for path in SWAGGER_UI.files()}
    assets["start.js"] = static_file(_START, _TYPES[".js"])

    async def page(_request: Request) -> Response:
        return HTMLResponse(_PAGE, headers=_HEADERS)

    async def asset(request: Request) -> Response:
        found = assets.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return found.respond(request)

    return [
        described_at,
        Route("/docs", page, methods=["GET"]),
        Route("/docs/{name}", asset, methods=["GET"]),
    ]


async def _not_installed(_request: Request) -> Response:
    return PlainTextResponse(SWAGGER_UI.missing, 404)
