"""The OpenAPI document of the REST routes, and Swagger UI to show it without the internet."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from sessionql.http.static_files import files_route
from sessionql.http.static_packages import SWAGGER_UI
from sessionql.http_kit.media_types import FORM, JSON, PROBLEM_JSON
from sessionql.rest.problems import Problem
from sessionql.rest.swagger_ui import PAGE, PAGE_HEADERS, swagger_files

TAGS = [
    {"name": "account", "description": "The account of the signed-in user, and its tokens."},
    {"name": "sessions", "description": "List, rename and revoke the sessions of the signed-in user."},
    {"name": "tokens", "description": "OAuth endpoints for other services: token introspection and revocation."},
]
_DESCRIPTION = (
    "SessionQL manages where users are signed in. These routes have the same accounts and sessions as GraphQL at "
    "`/graphql`. Send `Authorization: Bearer <access_token>`, or, from pages of this origin, cookies."
)
_REASONS = {
    400: "The request cannot be read.",
    401: "There is no valid token, or the password is wrong.",
    403: "The account, key, cookie or log-in does not allow this: see `code`.",
    404: "The user has no such session.",
    409: "The state of the account or session does not allow this.",
    413: "The body is too large.",
    415: "The body has another media type.",
    422: "A value is not valid: see `errors`.",
    429: "Too many attempts, or too many requests: `Retry-After` is the time to wait, in seconds.",
}
_PROBLEM = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route responds with; `default` stands for those of any route."""
    known: dict[int | str, dict[str, Any]] = {
        status: {"description": _REASONS[status], "content": _PROBLEM} for status in statuses
    }
    # The model puts the schema into the documents of applications that include these routes.
    return known | {"default": {"model": Problem, "description": "Another problem.", "content": _PROBLEM}}


def json_body(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """The description of a JSON body."""
    return _body({JSON: {"schema": model.model_json_schema()}}, required=required)


def form_body(fields: Mapping[str, Any], *optional: str) -> dict[str, Any]:
    """The description of a form with these fields; see `form_schema`."""
    return _body({FORM: {"schema": form_schema(fields, *optional)}}, required=True)


def form_schema(fields: Mapping[str, Any], *optional: str) -> dict[str, Any]:
    """The schema of a form from the schemas of its fields, which are required unless named in `optional`."""
    return {
        "type": "object",
        "properties": dict(fields),
        "required": [name for name in fields if name not in optional],
        "additionalProperties": False,
    }


def text_field(description: str) -> dict[str, Any]:
    """The schema of a form field with at least one character."""
    return {"type": "string", "minLength": 1, "description": description}


def optional_authentication(extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """The description of a route that needs no token. FastAPI appends to the list: a token, or none."""
    return {"security": [{}], **(extra or {})}


def _body(content: dict[str, Any], *, required: bool) -> dict[str, Any]:
    return {"requestBody": {"required": required, "content": content}}


def document(router: APIRouter, prefix: str = "") -> dict[str, Any]:
    """The OpenAPI document of the routes, at a path prefix that a proxy or a mount may add."""
    result = get_openapi(title="SessionQL", version="1", description=_DESCRIPTION, routes=router.routes, tags=TAGS)
    for unused in ("HTTPValidationError", "ValidationError"):
        result["components"]["schemas"].pop(unused, None)
    for operation in (each for path in result["paths"].values() for each in path.values()):
        operation["responses"]["default"]["content"].pop(JSON, None)
    if prefix:
        result["servers"] = [{"url": prefix}]
    return result


def documentation_routes(router: APIRouter) -> list[BaseRoute]:
    """The routes of the document and of Swagger UI.

    The page is a 404 response with a reason when the files of Swagger UI are not installed.
    """

    async def serve_document(request: Request) -> Response:
        return JSONResponse(document(router, request.scope.get("root_path", "")))

    async def serve_page(_request: Request) -> Response:
        if not SWAGGER_UI.is_installed():
            return PlainTextResponse(SWAGGER_UI.missing, 404)
        return HTMLResponse(PAGE, headers=PAGE_HEADERS)

    files = [files_route("docs", swagger_files())] if SWAGGER_UI.is_installed() else []
    return [
        Route("/openapi.json", serve_document, methods=["GET"]),
        Route("/docs", serve_page, methods=["GET"]),
        *files,
    ]
