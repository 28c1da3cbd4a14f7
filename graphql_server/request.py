"""A GraphQL request, independent of its transport."""

from dataclasses import dataclass
from typing import Any

from sessionql.graphql_server.errors import MalformedRequest


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A request to execute one operation. `safe`: a GET request, which must not change anything.

    The document is sent as `query`, or identified by `document_id` or by the hash of Apollo's
    `extensions.persistedQuery`. An empty `query` counts as not sent.
    """

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    safe: bool
    document_id: str | None = None
    query_hash: str | None = None


def check_request(value: Any, *, safe: bool = False) -> GraphQLRequest:
    """The request that a JSON value describes. Raises MalformedRequest."""
    if isinstance(value, list):
        message = f"Batches are not supported: send one operation per request, not a list of {len(value)}."
        raise MalformedRequest(message, "BATCHES_NOT_SUPPORTED")
    if not isinstance(value, dict):
        raise MalformedRequest("A request is a JSON object with `query` or `documentId`.")
    query, document_id = _string(value, "query"), _string(value, "documentId")
    variables, operation_name = _object(value, "variables"), _string(value, "operationName")
    query_hash = _query_hash(_object(value, "extensions") or {})
    if document_id is not None and query_hash is not None:
        raise MalformedRequest("Send `documentId` or `extensions.persistedQuery`, not both.")
    if query is None and document_id is None and query_hash is None:
        raise MalformedRequest("`query` is missing: send the document as a string, or its id as `documentId`.")
    return GraphQLRequest(query or "", variables, operation_name, safe, document_id, query_hash)


def _query_hash(extensions: dict[str, Any]) -> str | None:
    """The hash of Apollo's automatic persisted queries, version 1."""
    persisted = _object(extensions, "persistedQuery", "extensions.")
    if persisted is None:
        return None
    version = persisted.get("version")
    if version != 1 or isinstance(version, bool):
        raise MalformedRequest("`extensions.persistedQuery.version` must be 1: no other version is supported.")
    query_hash = _string(persisted, "sha256Hash", "extensions.persistedQuery.")
    if query_hash is None:
        raise MalformedRequest("`extensions.persistedQuery.sha256Hash` is missing: send the document's hash.")
    return query_hash


def _string(value: dict[str, Any], name: str, parent: str = "") -> str | None:
    """A member that is a string; None when it is missing, null or empty."""
    member = value.get(name)
    if member is not None and not isinstance(member, str):
        raise MalformedRequest(f"`{parent}{name}` must be a string or null.")
    return member or None


def _object(value: dict[str, Any], name: str, parent: str = "") -> dict[str, Any] | None:
    member = value.get(name)
    if member is not None and not isinstance(member, dict):
        raise MalformedRequest(f"`{parent}{name}` must be a JSON object or null.")
    return member
