"""Limits of WebSockets and event streams, in number and time."""

from dataclasses import dataclass
from random import SystemRandom

_RANDOM = SystemRandom()


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Maxima of the WebSockets and event streams of this process."""

    max_connections: int = 5_000
    """Those that have authenticated."""
    max_connections_per_owner: int = 10
    max_unauthenticated: int = 500
    max_unauthenticated_per_network: int = 100
    max_operations: int = 20
    """Concurrent operations of one WebSocket."""
    max_message_bytes: int = 256 * 1024
    init_seconds: float = 10
    """From the handshake to `connection_init`."""
    send_seconds: float = 10
    """A peer that does not read for this long is disconnected."""
    drain_seconds: float = 1
    """For the last events to a peer whose connection is being closed."""
    lifetime_seconds: float = 3_600
    """Then the client has to connect and authenticate again. 0: no limit."""
    keep_alive_seconds: float = 12
    """Between keep-alive comments on an idle stream, so that proxies do not close it."""

    def lifetime(self) -> float | None:
        """Seconds of one connection: 90 to 100 % at random, so that not all clients reconnect at the same time."""
        return self.lifetime_seconds * _RANDOM.uniform(0.9, 1) or None
