"""Interfaces that the application implements for WebSockets and event streams."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from starlette.requests import HTTPConnection

Payload: TypeAlias = Mapping[str, Any] | None
"""The payload of a message. The protocol gives it no meaning."""


@dataclass(frozen=True, slots=True)
class CloseReason:
    """Why a connection ends: a code of WebSocket or of graphql-transport-ws, and a reason of at most 123 bytes.

    `final`: no more events follow. Otherwise the client has to connect again: a stream ends without `complete`.
    """

    code: int
    reason: str
    final: bool = True


class ConnectionRejected(Exception):
    """The connection is not accepted. `close_reason` is why."""

    def __init__(self, close_reason: CloseReason) -> None:
        super().__init__(close_reason.reason)
        self.close_reason = close_reason


class Peer:
    """The client of an event stream."""

    owner: Hashable = None
    """The connections of one owner are counted together. None: not counted."""

    async def wait_closed(self) -> CloseReason:
        """Return when the peer is no longer authorized. By default, never."""
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    def close(self) -> None:
        """Release resources. Called once, at the end of the connection."""


class SocketPeer(Peer, ABC):
    """The client of a WebSocket, which sends many operations, also concurrent ones."""

    @abstractmethod
    async def context(self) -> Any:
        """A new context for one operation: authorization may have changed since the last one."""

    async def handle_ping(self, payload: Payload) -> Payload:
        """The payload of the `pong` for a `ping` with this payload, which may contain new credentials.

        Raises ConnectionRejected when the credentials are not valid. By default it is the payload of the `ping`.
        """
        return payload


CheckOrigin: TypeAlias = Callable[[HTTPConnection], bool]
"""Whether a handshake may become a WebSocket, by its header `Origin`."""
NetworkOf: TypeAlias = Callable[[HTTPConnection], Hashable]
"""The network of a client, for which sockets that have not authenticated are counted together. None: not counted."""
AuthorizeSocket: TypeAlias = Callable[[HTTPConnection, Payload], Awaitable[SocketPeer]]
"""Returns the peer, from the handshake and the payload of `connection_init`. Raises ConnectionRejected."""
