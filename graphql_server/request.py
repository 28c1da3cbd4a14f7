"""A GraphQL request, whatever transport it came by, checked or refused with a clear error."""

from dataclasses import dataclass
from typing import Any

from sessionql.graphql_server.errors import MalformedRequest


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


def from_payload(payload: dict[str, Any]) -> GraphQLRequest:
    """The operation that a message asks for: what a body would be. Raises RequestError."""
    return check_request(payload, safe=False)


def check_request(found: Any, *, safe: bool) -> GraphQLRequest:
    """The request that a JSON value describes. Raises MalformedRequest."""
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
