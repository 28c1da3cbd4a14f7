"""How many connections there are, and whose: sockets and streams of one process together."""

from collections import Counter
from collections.abc import Hashable

from sessionql.graphql_server.connections.close_codes import QUOTA_REACHED, SERVER_FULL
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import ConnectionRejected


class ConnectionQuota:
    """The places of a server."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._taken: Counter[Hashable] = Counter()
        self.reserved = 0

    def reserve(self) -> "Slot":
        """A place for somebody of whom nothing is known yet. Raises Refused."""
        if self.reserved >= self._limits.max_connections:
            raise ConnectionRejected(SERVER_FULL)
        self.reserved += 1
        return Slot(self)

    def count(self, holder: Hashable) -> int:
        """How many connections are this holder's."""
        return self._taken[holder]

    def claim(self, holder: Hashable) -> None:
        """One more of this holder's. Raises Refused."""
        if self._taken[holder] >= self._limits.max_connections_per_owner:
            raise ConnectionRejected(QUOTA_REACHED)
        self._taken[holder] += 1

    def release(self, holder: Hashable) -> None:
        """One connection less, this holder's or nobody's."""
        self.reserved -= 1
        if holder is not None:
            self._taken[holder] -= 1
            if not self._taken[holder]:
                del self._taken[holder]


class Slot:
    """One connection's."""

    __slots__ = ("_holder", "_seats")

    def __init__(self, seats: ConnectionQuota) -> None:
        self._seats: ConnectionQuota | None = seats
        self._holder: Hashable = None

    def claim(self, holder: Hashable) -> None:
        """Count the connection as this holder's. Raises Refused."""
        if self._seats is not None and holder is not None:
            self._seats.claim(holder)
            self._holder = holder

    def release(self) -> None:
        """Give the place back. Again changes nothing."""
        if self._seats is not None:
            self._seats.release(self._holder)
            self._seats = None
