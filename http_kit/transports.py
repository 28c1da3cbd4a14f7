"""The TCP connections of one worker: their number, those that wait for their client, and their unsent bytes."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sessionql.http_kit.unsent import Sender, UnsentBytes
from sessionql.http_kit.waiting import Waiting, WaitingList

MAX_UNSENT_BYTES = 20_000_000
"""Unsent bytes of one connection, one session and one network: a few of the largest answers."""
MAX_UNSENT_BYTES_OF_WORKER = 100_000_000

NetworkOf: TypeAlias = Callable[[str], Hashable]
"""The network of an address, for which connections are counted together. None for a trusted proxy: not counted."""


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Bounds of the TCP connections of one worker."""

    connections: int = 10_000
    """All of them, WebSockets and event streams included."""
    waiting_per_network: int = 100
    """Those of one network that wait for their client: no complete request has arrived, or the last answer is sent."""
    send_seconds: float = 10
    """A client that takes less than MIN_TAKEN_BYTES of its answers within this time is disconnected."""
    unsent_bytes: int = MAX_UNSENT_BYTES
    unsent_bytes_of_worker: int = MAX_UNSENT_BYTES_OF_WORKER
    network_of: NetworkOf = str


class Connection(Waiting, Sender, Protocol):
    """A TCP connection, as this module sees it."""


class Transports:
    """The TCP connections of one worker."""

    def __init__(self, limits: TransportLimits | None = None) -> None:
        self.limits = limits = limits or TransportLimits()
        self.open: set[Connection] = set()
        self.waiting = WaitingList(per_network=limits.waiting_per_network)
        self.unsent = UnsentBytes(per_owner=limits.unsent_bytes, total=limits.unsent_bytes_of_worker)

    def admit(self, connection: Connection) -> bool:
        """Count a new connection, which waits for its client. False: there are too many, and none of them waits."""
        if len(self.open) >= self.limits.connections and not self.waiting.evict_oldest():
            return False
        self.open.add(connection)
        self.waiting.add(connection)
        return True

    def wait(self, connection: Connection) -> None:
        """The connection waits for its client, if it is still open."""
        if connection in self.open:
            self.waiting.add(connection)

    def remove(self, connection: Connection) -> None:
        """Count a connection no longer."""
        self.open.discard(connection)
        self.waiting.discard(connection)
        self.unsent.remove(connection)
