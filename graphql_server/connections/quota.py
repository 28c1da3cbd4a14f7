"""How many connections there are, and whose: sockets and streams of one process together."""

from collections import Counter
from collections.abc import Hashable

from sessionql.graphql_server.connections.close_codes import FULL, SEATS_TAKEN
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import Refused


class Seats:
    """The places of a server."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._taken: Counter[Hashable] = Counter()
        self.entered = 0

    def enter(self) -> "Place":
        """A place for somebody of whom nothing is known yet. Raises Refused."""
        if self.entered >= self._limits.total:
            raise Refused(FULL)
        self.entered += 1
        return Place(self)

    def held_by(self, holder: Hashable) -> int:
        """How many connections are this holder's."""
        return self._taken[holder]

    def sit(self, holder: Hashable) -> None:
        """One more of this holder's. Raises Refused."""
        if self._taken[holder] >= self._limits.per_seat:
            raise Refused(SEATS_TAKEN)
        self._taken[holder] += 1

    def leave(self, holder: Hashable) -> None:
        """One connection less, this holder's or nobody's."""
        self.entered -= 1
        if holder is not None:
            self._taken[holder] -= 1
            if not self._taken[holder]:
                del self._taken[holder]


class Place:
    """One connection's."""

    __slots__ = ("_holder", "_seats")

    def __init__(self, seats: Seats) -> None:
        self._seats: Seats | None = seats
        self._holder: Hashable = None

    def sit(self, holder: Hashable) -> None:
        """Count the connection as this holder's. Raises Refused."""
        if self._seats is not None and holder is not None:
            self._seats.sit(holder)
            self._holder = holder

    def leave(self) -> None:
        """Give the place back. Again changes nothing."""
        if self._seats is not None:
            self._seats.leave(self._holder)
            self._seats = None
