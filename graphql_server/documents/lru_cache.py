"""Remembering what was used last, within bounds: whoever asks for much must not fill the memory."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

V = TypeVar("V")


class LRUCache(Generic[V]):
    """So many values at most, and of so many characters together. The longest unused makes way."""

    def __init__(self, max_entries: int, max_characters: int) -> None:
        self._max_entries = max_entries
        self._most_characters = max_characters
        self._characters = 0
        self._values: OrderedDict[str, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def get(self, key: str) -> V | None:
        """The value of a key, which is now the one used last."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: str, value: V, characters: int) -> None:
        """Remember a value that is as large as so many characters; one beyond the bounds is forgotten at once."""
        _, before = self._values.pop(key, (None, 0))
        self._values[key] = (value, characters)
        self._characters += characters - before
        while len(self._values) > self._max_entries or self._characters > self._most_characters:
            _, (_, forgotten) = self._values.popitem(last=False)
            self._characters -= forgotten
