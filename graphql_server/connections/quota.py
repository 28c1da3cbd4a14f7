"""Counts the WebSockets and event streams of this process: by owner once authenticated, else by network."""

from collections import Counter
from collections.abc import Hashable

from sessionql.graphql_server.connections.close_codes import QUOTA_REACHED, SERVER_FULL
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import ConnectionRejected
from sessionql.http_kit.waiting import WaitingList


class ConnectionQuota:
    """The slots of a server. Only authenticated connections get one.

    `unauthenticated` are the WebSockets whose clients have not sent `connection_init`: beyond its bounds, the oldest is
    closed. They never take the slot of one that has authenticated.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._by_owner: Counter[Hashable] = Counter()
        self._claimed = 0
        self.unauthenticated = WaitingList(
            per_network=limits.max_unauthenticated_per_network, total=limits.max_unauthenticated
        )

    @property
    def reserved(self) -> int:
        """The number of connections that have authenticated, or have not begun to."""
        return self._claimed + len(self.unauthenticated)

    def count(self, owner: Hashable) -> int:
        """The number of connections of an owner."""
        return self._by_owner[owner]

    def claim(self, owner: Hashable) -> "Slot":
        """The slot of a connection of this owner; None is not counted by owner. Raises ConnectionRejected."""
        if self._claimed >= self._limits.max_connections:
            raise ConnectionRejected(SERVER_FULL)
        if owner is not None:
            if self._by_owner[owner] >= self._limits.max_connections_per_owner:
                raise ConnectionRejected(QUOTA_REACHED)
            self._by_owner[owner] += 1
        self._claimed += 1
        return Slot(self, owner)

    def release(self, owner: Hashable) -> None:
        """Count one connection less, of this owner if there is one."""
        self._claimed -= 1
        if owner is not None:
            self._by_owner[owner] -= 1
            if not self._by_owner[owner]:
                del self._by_owner[owner]


class Slot:
    """The slot of one connection; return it with `release`."""

    __slots__ = ("_owner", "_quota")

    def __init__(self, quota: ConnectionQuota, owner: Hashable) -> None:
        self._quota: ConnectionQuota | None = quota
        self._owner = owner

    def release(self) -> None:
        """Return the slot. Idempotent."""
        if self._quota is not None:
            self._quota.release(self._owner)
            self._quota = None
