"""Counts the bytes that clients do not take, and aborts connections when there are too many."""

import logging
from collections import Counter
from collections.abc import Hashable
from typing import Protocol

log = logging.getLogger("sessionql.http_kit")


class Sender(Protocol):
    """A connection with unsent bytes."""

    owners: tuple[Hashable, ...]
    """For whom its bytes are counted: the network of its client, and a session."""

    @property
    def unsent(self) -> int:
        """The bytes that it has not sent."""
        ...

    def abort(self) -> None:
        """End the connection and discard its bytes. It calls `remove`."""
        ...


class UnsentBytes:
    """The unsent bytes of one worker, by owner and in total.

    Connections are counted while they write more than their client takes. Beyond a bound, those that have waited
    longest are aborted: a client that reads is not affected by others of its network that do not.
    """

    __slots__ = ("_by_owner", "_counted", "_max_total", "_per_owner", "total")

    def __init__(self, *, per_owner: int, total: int) -> None:
        self._per_owner = per_owner
        self._max_total = total
        self._counted: dict[Sender, tuple[tuple[Hashable, ...], int]] = {}
        self._by_owner: Counter[Hashable] = Counter()
        self.total = 0

    def update(self, sender: Sender) -> None:
        """Count the unsent bytes of a connection, which may have changed."""
        owners, before = self._counted.get(sender, (sender.owners, 0))
        size = sender.unsent
        self._counted[sender] = owners, size
        self._change(owners, size - before)
        for owner in owners:
            if self._by_owner[owner] > self._per_owner:
                self._abort_longest_waiting(owner)
        while self.total > self._max_total:
            self._abort(next(iter(self._counted)), self._max_total)

    def remove(self, sender: Sender) -> None:
        """Count the bytes of a connection no longer."""
        owners, size = self._counted.pop(sender, ((), 0))
        self._change(owners, -size)

    def _abort_longest_waiting(self, owner: Hashable) -> None:
        for sender, (owners, _) in list(self._counted.items()):
            if self._by_owner[owner] <= self._per_owner:
                return
            if owner in owners:
                self._abort(sender, self._per_owner)

    def _abort(self, sender: Sender, maximum: int) -> None:
        log.warning(
            "Disconnected a client that does not read %d bytes: at most %d may be unsent. Send large bodies in parts",
            *(sender.unsent, maximum),
        )
        sender.abort()

    def _change(self, owners: tuple[Hashable, ...], size: int) -> None:
        self.total += size
        for owner in owners:
            self._by_owner[owner] += size
            if not self._by_owner[owner]:
                del self._by_owner[owner]
