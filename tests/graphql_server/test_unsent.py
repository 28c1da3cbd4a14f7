"""The bytes that clients do not take, counted by owner and in total."""

from collections.abc import Hashable

from sessionql.http_kit.unsent import UnsentBytes


class FakeConnection:
    """A connection whose unsent bytes the test sets."""

    def __init__(self, counter: UnsentBytes, *owners: Hashable) -> None:
        self.owners = owners
        self.unsent = 0
        self.is_aborted = False
        self._counter = counter

    def pause(self, size: int) -> None:
        """Have this number of unsent bytes."""
        self.unsent = size
        self._counter.update(self)

    def abort(self) -> None:
        self.is_aborted = True
        self._counter.remove(self)


def test_beyond_the_bound_of_an_owner_the_connections_that_waited_longest_are_aborted() -> None:
    counter = UnsentBytes(per_owner=100, total=1_000)
    first, other, second, third = (FakeConnection(counter, "network", owner) for owner in ("ana", "ben", "ana", "ana"))
    other.owners = ("another network", "ben")
    for connection in (first, other, second):
        connection.pause(50)
    assert counter.total == 150
    third.pause(60)
    assert [each.is_aborted for each in (first, other, second, third)] == [True, False, True, False]
    assert counter.total == 110


def test_one_connection_has_as_many_bytes_as_an_owner() -> None:
    counter = UnsentBytes(per_owner=100, total=1_000)
    connection = FakeConnection(counter, "network")
    for size in (40, 100, 101):
        assert not connection.is_aborted
        connection.pause(size)
    assert connection.is_aborted
    assert counter.total == 0


def test_all_connections_together_have_a_bound() -> None:
    counter = UnsentBytes(per_owner=100, total=250)
    connections = [FakeConnection(counter, number) for number in range(4)]
    for connection in connections:
        connection.pause(80)
    assert [each.is_aborted for each in connections] == [True, False, False, False]


def test_bytes_that_are_taken_are_not_counted() -> None:
    counter = UnsentBytes(per_owner=100, total=250)
    for _ in range(10):
        connection = FakeConnection(counter, "network")
        connection.pause(90)
        connection.owners = ("another request",)
        connection.pause(10)
        counter.remove(connection)
        counter.remove(connection)
        assert not connection.is_aborted
    assert counter.total == 0
