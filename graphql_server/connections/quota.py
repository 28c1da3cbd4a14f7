"""Counts the WebSockets and event streams of this process, in total and by owner."""

from collections import Counter
from collections.abc import Hashable

from sessionql.graphql_server.connections.close_codes import QUOTA_REACHED, SERVER_FULL
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import ConnectionRejected


class ConnectionQuota:
    """The slots of a server. `reserved` is the number of slots in use."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._by_owner: Counter[Hashable] = Counter()
        self.reserved = 0

    def reserve(self) -> "Slot":
        """Reserve a slot for a connection that is not authenticated yet. Raises ConnectionRejected."""
        if self.reserved >= self._limits.max_connections:
            raise ConnectionRejected(SERVER_FULL)
        self.reserved += 1
        return Slot(self)

    def count(self, owner: Hashable) -> int:
        """The number of connections of an owner."""
        return self._by_owner[owner]

    def claim(self, owner: Hashable) -> None:
        """Count one more connection of this owner. Raises ConnectionRejected."""
        if self._by_owner[owner] >= self._limits.max_connections_per_owner:
            raise ConnectionRejected(QUOTA_REACHED)
        self._by_owner[owner] += 1

    def release(self, owner: Hashable) -> None:
        """Count one connection less, of this owner if there is one."""
        self.reserved -= 1
        if owner is not None:
            self._by_owner[owner] -= 1
            if not self._by_owner[owner]:
                del self._by_owner[owner]


class Slot:
    """The slot of one connection; return it with `release`."""

    __slots__ = ("_owner", "_quota")

    def __init__(self, quota: ConnectionQuota) -> None:
        self._quota: ConnectionQuota | None = quota
        self._owner: Hashable = None

    def claim(self, owner: Hashable) -> None:
        """Count the connection as one of this owner. Raises ConnectionRejected."""
        if self._quota is not None and owner is not None:
            self._quota.claim(owner)
            self._owner = owner

    def release(self) -> None:
        """Return the slot. Idempotent."""
        if self._quota is not None:
            self._quota.release(self._owner)
            self._quota = None
