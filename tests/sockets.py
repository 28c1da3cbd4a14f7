"""A device's WebSocket, spoken to by the protocol graphql-transport-ws."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.server import Device

PATIENCE = 10


class Socket:
    """One socket, just open."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def begin(self, **payload: Any) -> None:
        """Initialise. What came of that, the next message tells."""
        self.say(type="connection_init", payload=payload)
        assert self.hear() == {"type": "connection_ack"}

    def say(self, **message: Any) -> None:
        """Send a message."""
        self._connection.send(json.dumps(message))

    def hear(self) -> Any:
        """The next message. Raises ConnectionClosed."""
        return json.loads(self._connection.recv(PATIENCE))

    def subscribe(self, query: str, id_: str = "1", **variables: Any) -> None:
        """Ask for a subscription. Over when an operation that takes longer to begin has ended."""
        self.say(type="subscribe", id=id_, payload={"query": query, "variables": variables})
        self.say(type="subscribe", id="after", payload={"query": "{ me { id currentSession { id } } }"})
        assert self.hear()["id"] == "after"
        assert self.hear() == {"id": "after", "type": "complete"}

    def next(self) -> Any:
        """The data of the next event."""
        message = self.hear()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    def end(self) -> tuple[int, str, list[Any]]:
        """Why the server closed it, and what it said before."""
        said: list[Any] = []
        with suppress(ConnectionClosed):
            while True:
                said.append(self.hear())
        return self._connection.close_code or 0, self._connection.close_reason or "", said


@contextmanager
def open_socket(url: str, *, origin: str | None = None, cookies: str | None = None) -> Iterator[Socket]:
    """A socket that nothing was said on yet."""
    opening = connect(
        f"ws{url.removeprefix('http')}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        additional_headers={"Cookie": cookies} if cookies else {},
        origin=None if origin is None else Origin(origin),
        compression=None,
    )
    with opening as connection:
        yield Socket(connection)


@contextmanager
def socket_of(device: Device) -> Iterator[Socket]:
    """A socket that is signed in with a device's session."""
    with open_socket(device.url) as socket:
        socket.begin(authorization=f"Bearer {device.access_token}")
        yield socket
