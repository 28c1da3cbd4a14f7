"""What the application says of who is at the other end of a socket or a stream."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from starlette.requests import HTTPConnection


@dataclass(frozen=True, slots=True)
class CloseReason:
    """Why a connection ends: a code of WebSocket or of graphql-transport-ws, and words of at most 123 bytes.

    `final`: there is nothing more to come. If not, the client is to come back: a stream ends without `complete`.
    """

    code: int
    reason: str
    final: bool = True


class ConnectionRejected(Exception):
    """Nobody may connect this way: the socket is closed so."""

    def __init__(self, closing: CloseReason) -> None:
        super().__init__(closing.reason)
        self.close_reason = closing


class Peer:
    """Who listens."""

    owner: Hashable = None
    """The connections of one seat are counted together. None: nobody's, and not counted."""

    async def wait_closed(self) -> CloseReason:
        """Returns when the peer may not stay any longer. Never, if nothing else is said."""
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    def close(self) -> None:
        """Called once, however the connection ended."""


class SocketPeer(Peer, ABC):
    """A peer who may ask for many operations, one after the other and at once."""

    @abstractmethod
    async def context(self) -> Any:
        """What the fields of one operation share. Made anew for each: who asks may have changed since the last."""


CheckOrigin: TypeAlias = Callable[[HTTPConnection], bool]
"""Whether a handshake may become a socket: other sites' pages are told apart here."""
AuthorizeSocket: TypeAlias = Callable[[HTTPConnection, Mapping[str, Any] | None], Awaitable[SocketPeer]]
"""Who connects, from the handshake and the payload of `connection_init`. Raises Refused."""
