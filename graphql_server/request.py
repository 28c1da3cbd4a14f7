"""Reading a GraphQL request from HTTP. Whatever arrives, the answer is a request or a clear error."""

from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request

from graphql_server.faults import RequestError


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One operation to execute. `safe`: it came by GET, so it must not change anything."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    safe: bool


async def read_request(request: Request, max_bytes: int) -> GraphQLRequest:
    """The operation that a GET or POST request asks for. Raises RequestError."""
    if request.method in ("GET", "HEAD"):
        return _checked(_from_query_string(request), safe=True)
    if request.method != "POST":
        raise RequestError(405, "Send GraphQL by POST, or queries by GET.", Allow="GET, POST")
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise RequestError(415, "Send a JSON body with `Content-Type: application/json`.", "UNSUPPORTED_MEDIA_TYPE")
    return _checked(_parse(await _read_body(request, max_bytes), "The body"), safe=False)


async def _read_body(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > max_bytes:
                raise RequestError(413, f"The body is larger than {max_bytes} bytes.", "CONTENT_TOO_LARGE")
    except ClientDisconnect:
        raise RequestError(400, "The request ended early.") from None
    return bytes(body)


def _from_query_string(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("query", "operationName", "variables", "extensions"):
        values = request.query_params.getlist(name)
        if len(values) > 1:
            raise RequestError(400, f"`{name}` is there more than once.")
        if values:
            found[name] = values[0]
    for name in ("variables", "extensions"):
        if found.get(name):
            found[name] = _parse(found[name], f"`{name}`")
        else:
            found.pop(name, None)
    return found


def _parse(text: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RequestError(400, f"{what} is not valid JSON in UTF-8: {error.msg}.") from None


def _checked(found: Any, *, safe: bool) -> GraphQLRequest:
    if isinstance(found, list):
        raise RequestError(400, "Batches are not supported: send one operation a request.")
    if not isinstance(found, dict):
        raise RequestError(400, "A request is a JSON object with `query`.")
    query, variables = found.get("query"), found.get("variables")
    operation_name, extensions = found.get("operationName"), found.get("extensions")
    if not isinstance(query, str) or not query:
        raise RequestError(400, "`query` is missing: send the document as a string.")
    if variables is not None and not isinstance(variables, dict):
        raise RequestError(400, "`variables` is a JSON object, or null.")
    if operation_name is not None and not isinstance(operation_name, str):
        raise RequestError(400, "`operationName` is a string, or null.")
    if extensions is not None and not isinstance(extensions, dict):
        raise RequestError(400, "`extensions` is a JSON object, or null.")
    return GraphQLRequest(query, variables, operation_name or None, safe)
