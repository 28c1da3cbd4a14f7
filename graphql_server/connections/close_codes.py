"""Why we close sockets.

Clients connect again by themselves after 1001, 1012 and 1013; 4400, 4401, 4406, 4409, 4429 and 4500 they report.
"""

from sessionql.graphql_server.connections.peer import Closing
from sessionql.graphql_server.errors import Fault

LONGEST = 123
"""Bytes of a reason (RFC 6455 section 5.5)."""

INIT_TIMEOUT = Closing(4408, "Connection initialisation timeout")
TOO_MANY_INITS = Closing(4429, "Too many initialisation requests")
NOT_ACKNOWLEDGED = Closing(4401, "Unauthorized: send connection_init first, and wait for connection_ack")
SUBPROTOCOL = Closing(4406, "Subprotocol not acceptable: speak graphql-transport-ws")
OPENING_TIMEOUT = Closing(1013, "Opening took too long. Try again later.")
FULL = Closing(1013, "The server has too many connections. Try again later.")
SEATS_TAKEN = Closing(1013, "You have too many connections. Close one, or try again later.")
LIFETIME = Closing(1001, "Connect again to go on.")


def malformed(problem: str) -> Closing:
    """The client said something that is not of the protocol."""
    return Closing(4400, problem)


def already_there(id_: str) -> Closing:
    """The client would not know which operation an answer is of."""
    return Closing(4409, f"Subscriber for {id_} already exists")


def of_fault(fault: Fault) -> Closing:
    """Something failed before there were operations."""
    return Closing(1013 if fault.status == 503 else 4500, fault.message)  # noqa: PLR2004 - HTTP's, as in Fault


def fitting(reason: str) -> str:
    """As much of a reason as a close frame takes."""
    return reason.encode()[:LONGEST].decode(errors="ignore")
