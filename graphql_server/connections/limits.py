"""How many sockets and streams there may be, and how long they may take for what."""

from dataclasses import dataclass
from random import SystemRandom

_CHANCE = SystemRandom()


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What sockets and streams may have at most, in this process."""

    max_connections: int = 5_000
    max_connections_per_owner: int = 10
    max_operations: int = 20
    """Of one socket, at once."""
    max_message_bytes: int = 256 * 1024
    init_seconds: float = 10
    """From the handshake to `connection_init`."""
    send_seconds: float = 10
    """A peer that does not read for so long is cut off."""
    drain_seconds: float = 1
    """For the last events of a peer who may not stay."""
    lifetime_seconds: float = 3_600
    """Then the client has to connect anew, and to prove anew who it is. 0: never."""
    keep_alive_seconds: float = 12
    """A stream on which nothing happens is told that it is alive, for the proxies in between."""

    def lifetime(self) -> float | None:
        """One connection's, in seconds. Those who came together do not have to come again together."""
        return self.lifetime_seconds * _CHANCE.uniform(0.9, 1) or None
