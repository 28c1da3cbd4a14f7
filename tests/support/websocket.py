"""A client of the WebSocket protocol graphql-transport-ws."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.support.client import Device

TIMEOUT = 10


class Socket:
    """A WebSocket connection to `/graphql`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def begin(self, **payload: Any) -> None:
        """Send `connection_init` and wait for the acknowledgement."""
        self.send(type="connection_init", payload=payload)
        assert self.receive() == {"type": "connection_ack"}

    def send(self, **message: Any) -> None:
        """Send a message."""
        self._connection.send(json.dumps(message))

    def receive(self) -> Any:
        """Wait for the next message. Raises ConnectionClosed."""
        return json.loads(self._connection.recv(TIMEOUT))

    def subscribe(self, query: str, id_: str = "1", **variables: Any) -> None:
        """Start a subscription; returns when the server has started it: it has finished three later operations."""
        # This opens a database connection. Otherwise the subscription may wait for one, and the others not.
        self._query("before")
        self.send(type="subscribe", id=id_, payload={"query": query, "variables": variables})
        for _ in range(3):
            self._query("after")

    def _query(self, id_: str) -> None:
        """Run a query to its end."""
        self.send(type="subscribe", id=id_, payload={"query": "{ me { id sessions(first: 1) { totalCount } } }"})
        assert self.receive()["id"] == id_
        assert self.receive() == {"id": id_, "type": "complete"}

    def next(self) -> Any:
        """The data of the next event."""
        message = self.receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    def end(self) -> tuple[int, str, list[Any]]:
        """Wait for the close: its code, its reason, and the messages before it."""
        received: list[Any] = []
        with suppress(ConnectionClosed):
            while True:
                received.append(self.receive())
        return self._connection.close_code or 0, self._connection.close_reason or "", received


@contextmanager
def open_socket(
    url: str, *, origin: str | None = None, cookies: str | None = None, site: str | None = None
) -> Iterator[Socket]:
    """Open a socket without initialising it. `site` is the value of `Sec-Fetch-Site`."""
    headers = {"Cookie": cookies, "Sec-Fetch-Site": site}
    opening = connect(
        f"ws{url.removeprefix('http')}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        additional_headers={name: value for name, value in headers.items() if value},
        origin=None if origin is None else Origin(origin),
        compression=None,
    )
    with opening as connection:
        yield Socket(connection)


@contextmanager
def socket_of(device: Device) -> Iterator[Socket]:
    """Open a socket that is authenticated by the access token of a device."""
    with open_socket(device.url) as socket:
        socket.begin(authorization=f"Bearer {device.access_token}")
        yield socket
