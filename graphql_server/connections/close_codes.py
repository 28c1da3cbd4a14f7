"""Why we close sockets.

Clients connect again by themselves after 1001, 1012 and 1013; 4400, 4401, 4406, 4409, 4429 and 4500 they report.
"""

from sessionql.graphql_server.connections.peer import CloseReason
from sessionql.http_kit.errors import ErrorInfo

MAX_REASON_BYTES = 123
"""Bytes of a reason (RFC 6455 section 5.5)."""

INIT_TIMEOUT = CloseReason(4408, "Connection initialisation timeout")
TOO_MANY_INITS = CloseReason(4429, "Too many initialisation requests")
NOT_ACKNOWLEDGED = CloseReason(4401, "Unauthorized: send connection_init first, and wait for connection_ack")
SUBPROTOCOL = CloseReason(4406, "Subprotocol not acceptable: speak graphql-transport-ws")
OPENING_TIMEOUT = CloseReason(1013, "Opening took too long. Try again later.")
SERVER_FULL = CloseReason(1013, "The server has too many connections. Try again later.")
QUOTA_REACHED = CloseReason(1013, "You have too many connections. Close one, or try again later.")
LIFETIME = CloseReason(1001, "Connect again to go on.")


def malformed(problem: str) -> CloseReason:
    """The client said something that is not of the protocol."""
    return CloseReason(4400, problem)


def duplicate_id(id_: str) -> CloseReason:
    """The client would not know which operation an answer is of."""
    return CloseReason(4409, f"Subscriber for {id_} already exists")


def close_reason_of(fault: ErrorInfo) -> CloseReason:
    """Something failed before there were operations."""
    return CloseReason(1013 if fault.status == 503 else 4500, fault.message)  # noqa: PLR2004 - HTTP's, as in Fault


def truncate_reason(reason: str) -> str:
    """As much of a reason as a close frame takes."""
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
