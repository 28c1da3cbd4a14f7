"""Reasons to close a WebSocket, with codes of RFC 6455 and graphql-transport-ws.

Clients reconnect by themselves after 1001, 1012 and 1013; they report 4400, 4401, 4406, 4409, 4429 and 4500.
"""

from http import HTTPStatus

from sessionql.graphql_server.connections.peer import CloseReason
from sessionql.http_kit.errors import ErrorInfo

MAX_REASON_BYTES = 123
"""Bytes of a reason (RFC 6455 section 5.5)."""

# Reasons begin as those of the library graphql-ws, which clients compare.
INIT_TIMEOUT = CloseReason(4408, "Connection initialisation timeout")
TOO_MANY_INITS = CloseReason(4429, "Too many initialisation requests")
NOT_ACKNOWLEDGED = CloseReason(4401, "Unauthorized: send connection_init first, and wait for connection_ack")
SUBPROTOCOL = CloseReason(4406, "Subprotocol not acceptable: use graphql-transport-ws")
AUTHORIZATION_TIMEOUT = CloseReason(1013, "Opening the connection took too long. Try again later.")
SERVER_FULL = CloseReason(1013, "The server has too many connections. Try again later.")
NOT_AUTHENTICATED = CloseReason(1013, "Too many connections have not sent connection_init. Connect again.")
QUOTA_REACHED = CloseReason(1013, "You have too many connections. Close one, or try again later.")
LIFETIME = CloseReason(1001, "The connection reached its maximum lifetime. Connect again.")


def malformed(problem: str) -> CloseReason:
    """A message is not of the protocol."""
    return CloseReason(4400, problem)


def duplicate_id(id_: str) -> CloseReason:
    """An operation with this id is running."""
    return CloseReason(4409, f"Subscriber for {id_} already exists")


def close_reason_of(error: ErrorInfo) -> CloseReason:
    """The close reason of an error outside an operation."""
    return CloseReason(1013 if error.status == HTTPStatus.SERVICE_UNAVAILABLE else 4500, error.message)


def truncate_reason(reason: str) -> str:
    """The reason, cut to the bytes that a close frame allows."""
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
