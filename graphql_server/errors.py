"""Errors of a GraphQL response: expected errors keep their message, unexpected ones are masked."""

from typing import Any

from graphql import GraphQLError

from sessionql.graphql_server.engine_messages import for_client, is_result_error
from sessionql.http_kit.errors import ErrorInfo, MapException, RequestError, mask_error


class MalformedRequest(RequestError):
    """The body is valid JSON, but not a GraphQL request. Its HTTP status depends on the HttpProfile."""

    def __init__(self, message: str, code: str = "BAD_REQUEST") -> None:
        super().__init__(400, message, code)


def format_error(error: GraphQLError, code: str, map_exception: MapException) -> tuple[dict[str, Any], int]:
    """An error of a response, and the HTTP status that it requests.

    `code` is the code of errors that graphql-core raised and that have none.
    """
    info = _info(error, code, map_exception)
    formatted: dict[str, Any] = {"message": info.message, "extensions": {"code": info.code}}
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    return formatted, info.status


def _info(error: GraphQLError, code: str, map_exception: MapException) -> ErrorInfo:
    # Errors of resolvers have a path. An error of graphql-core itself may have one too: null in a non-null field.
    if error.path is not None:
        original = error.original_error
        if original is not None and not isinstance(original, GraphQLError):
            return mask_error(original, map_exception)
        if is_result_error(error.message):
            return mask_error(error, map_exception)
    return ErrorInfo(for_client(error.message), (error.extensions or {}).get("code", code))
