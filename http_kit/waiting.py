"""Connections that wait for their client: bounded in number, in total and for each network.

A client that sends nothing must not take the place of one that does: beyond a bound, the connection that has waited
longest is ended.
"""

import logging
from collections.abc import Hashable
from time import monotonic
from typing import Protocol

log = logging.getLogger("sessionql.http_kit")

WARNING_INTERVAL = 60.0
"""Seconds between two warnings, whatever clients do."""


class Waiting(Protocol):
    """A connection that can wait. `network` is the network of its client; None: only counted in total."""

    network: Hashable

    def evict(self) -> None:
        """End the connection: another one needs its place. It may still be in the list."""
        ...


class WaitingList:
    """The waiting connections, in the order in which they began to wait."""

    __slots__ = ("_all", "_by_network", "_next_warning", "_per_network", "_total")

    def __init__(self, *, per_network: int, total: int | None = None) -> None:
        self._per_network = per_network
        self._total = total
        self._all: dict[Waiting, None] = {}
        self._by_network: dict[Hashable, dict[Waiting, None]] = {}
        self._next_warning = 0.0

    def __len__(self) -> int:
        return len(self._all)

    def add(self, connection: Waiting) -> None:
        """Add a connection. Evicts the one that has waited longest when there are too many."""
        self._all[connection] = None
        if connection.network is not None:
            same_network = self._by_network.setdefault(connection.network, {})
            same_network[connection] = None
            if len(same_network) > self._per_network:
                self._evict(next(iter(same_network)))
        if self._total is not None and len(self._all) > self._total:
            self.evict_oldest()

    def discard(self, connection: Waiting) -> None:
        """Remove a connection, if it is in the list."""
        if self._all.pop(connection, connection) is None and connection.network is not None:
            same_network = self._by_network[connection.network]
            del same_network[connection]
            if not same_network:
                del self._by_network[connection.network]

    def evict_oldest(self) -> bool:
        """Evict the connection that has waited longest. Returns False when none waits."""
        oldest = next(iter(self._all), None)
        if oldest is not None:
            self._evict(oldest)
        return oldest is not None

    def _evict(self, connection: Waiting) -> None:
        if monotonic() >= self._next_warning:
            self._next_warning = monotonic() + WARNING_INTERVAL
            log.warning(
                "Too many connections wait for their clients: the oldest are closed, the first one of %s. A proxy "
                "belongs in SESSIONQL_TRUSTED_PROXIES, and has to limit the connections of each address",
                connection.network or "a trusted proxy",
            )
        self.discard(connection)
        connection.evict()
