"""Reads a GraphQL request from the query string of a GET request or the JSON body of a POST request."""

from typing import Any

from starlette.requests import Request

from sessionql.graphql_server.errors import MalformedRequest
from sessionql.graphql_server.request import GraphQLRequest, check_request
from sessionql.http_kit.body import parse_json, read_json
from sessionql.http_kit.errors import RequestError
from sessionql.http_kit.query import check_parameters


async def read_request(request: Request, max_bytes: int) -> GraphQLRequest:
    """The GraphQL request of an HTTP request. Raises RequestError."""
    if request.method in ("GET", "HEAD"):
        return check_request(_from_query_string(request), safe=True)
    if request.method != "POST":
        raise RequestError(
            405, "Send GraphQL by POST, or queries by GET.", "METHOD_NOT_ALLOWED", Allow="GET, HEAD, POST"
        )
    return check_request(await read_json(request, max_bytes))


def _from_query_string(request: Request) -> dict[str, Any]:
    check_parameters(request)
    members: dict[str, Any] = {}
    for name in ("query", "documentId", "operationName", "variables", "extensions"):
        values = request.query_params.getlist(name)
        if len(values) > 1:
            raise MalformedRequest(f"The parameter `{name}` is repeated: send it once.")
        if values:
            members[name] = values[0]
    for name in ("variables", "extensions"):
        if members.get(name):
            members[name] = parse_json(members[name], f"`{name}`")
        else:
            members.pop(name, None)
    return members
