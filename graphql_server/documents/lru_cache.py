"""A cache that bounds the memory which requests can fill."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

V = TypeVar("V")


class LRUCache(Generic[V]):
    """LRU cache of values by string, bounded by entries and by total characters."""

    def __init__(self, max_entries: int, max_characters: int) -> None:
        self._max_entries = max_entries
        self._max_characters = max_characters
        self._characters = 0
        self._values: OrderedDict[str, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def get(self, key: str) -> V | None:
        """The value of the key, which becomes the most recently used one; None without a value."""
        entry = self._values.get(key)
        if entry is None:
            return None
        self._values.move_to_end(key)
        return entry[0]

    def put(self, key: str, value: V, characters: int) -> None:
        """Store a value of this size, and evict the least recently used values beyond the bounds."""
        _, previous = self._values.pop(key, (None, 0))
        self._values[key] = (value, characters)
        self._characters += characters - previous
        while len(self._values) > self._max_entries or self._characters > self._max_characters:
            _, (_, evicted) = self._values.popitem(last=False)
            self._characters -= evicted
