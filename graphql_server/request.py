"""Reading a GraphQL request from HTTP. Whatever arrives, the answer is a request or a clear error."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from graphql_server.body import parse_json, read_json
from graphql_server.faults import MalformedRequest, RequestError


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One operation to execute. `safe`: it came by GET, so it must not change anything.

    The document is sent as `query`, or called by what it is known as: `document_id`, or the hash of Apollo's
    `extensions.persistedQuery`. An empty `query` was not sent.
    """

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    safe: bool
    document_id: str | None = None
    query_hash: str | None = None


async def read_request(request: Request, max_bytes: int) -> GraphQLRequest:
    """The operation that a GET or POST request asks for. Raises RequestError."""
    if request.method in ("GET", "HEAD"):
        return _checked(_from_query_string(request), safe=True)
    if request.method != "POST":
        raise RequestError(405, "Send GraphQL by POST, or queries by GET.", "METHOD_NOT_ALLOWED", Allow="GET, POST")
    return _checked(await read_json(request, max_bytes), safe=False)


def from_payload(payload: dict[str, Any]) -> GraphQLRequest:
    """The operation that a message asks for: what a body would be. Raises RequestError."""
    return _checked(payload, safe=False)


def _from_query_string(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("query", "documentId", "operationName", "variables", "extensions"):
        values = request.query_params.getlist(name)
        if len(values) > 1:
            raise MalformedRequest(f"`{name}` is there more than once.")
        if values:
            found[name] = values[0]
    for name in ("variables", "extensions"):
        if found.get(name):
            found[name] = parse_json(found[name], f"`{name}`")
        else:
            found.pop(name, None)
    return found


def _checked(found: Any, *, safe: bool) -> GraphQLRequest:
    if isinstance(found, list):
        message = f"Batches are off: send one operation a request, and no list of {len(found)}."
        raise MalformedRequest(message, "BATCHES_NOT_SUPPORTED")
    if not isinstance(found, dict):
        raise MalformedRequest("A request is a JSON object with `query` or `documentId`.")
    query, document_id = _string(found, "query"), _string(found, "documentId")
    variables, operation_name = _object(found, "variables"), _string(found, "operationName")
    query_hash = _hash_in(_object(found, "extensions") or {})
    if document_id is not None and query_hash is not None:
        raise MalformedRequest("Call the document by `documentId` or by `extensions.persistedQuery`, not by both.")
    if query is None and document_id is None and query_hash is None:
        raise MalformedRequest("`query` is missing: send the document as a string, or its id as `documentId`.")
    return GraphQLRequest(query or "", variables, operation_name, safe, document_id, query_hash)


def _hash_in(extensions: dict[str, Any]) -> str | None:
    """What Apollo's clients call a document, in the one version that there is of their protocol."""
    persisted = _object(extensions, "persistedQuery", "extensions.")
    if persisted is None:
        return None
    version = persisted.get("version")
    if version != 1 or isinstance(version, bool):
        raise MalformedRequest("`extensions.persistedQuery.version` is 1: no other version is known.")
    found = _string(persisted, "sha256Hash", "extensions.persistedQuery.")
    if found is None:
        raise MalformedRequest("`extensions.persistedQuery.sha256Hash` is missing: send the document's hash.")
    return found


def _string(found: dict[str, Any], name: str, where: str = "") -> str | None:
    """A string; None when it is empty or not there."""
    value = found.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedRequest(f"`{where}{name}` is a string, or null.")
    return value or None


def _object(found: dict[str, Any], name: str, where: str = "") -> dict[str, Any] | None:
    value = found.get(name)
    if value is not None and not isinstance(value, dict):
        raise MalformedRequest(f"`{where}{name}` is a JSON object, or null.")
    return value
