"""A cache never exceeds its limits, whatever is added."""

from hypothesis import given
from hypothesis import strategies as st

from sessionql.graphql_server.documents.lru_cache import LRUCache

puts = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 12)), max_size=60)


@given(puts, st.integers(0, 4), st.integers(0, 20))
def test_the_limits_hold_and_the_newest_entries_are_kept(
    done: list[tuple[str, int]], max_entries: int, characters: int
) -> None:
    remembered, sizes = LRUCache[int](max_entries, characters), dict[str, int]()
    for key, size in done:
        remembered.put(key, size, size)
        sizes.pop(key, None)
        sizes[key] = size
        assert len(remembered) <= max_entries
        assert sum(sizes[each] for each in remembered) <= characters
        assert list(remembered) == list(sizes)[len(sizes) - len(remembered) :], "the longest unused went first"
        newest = max_entries > 0 and size <= characters
        assert remembered.get(key) == (size if newest else None)


def test_a_used_entry_is_kept() -> None:
    remembered = LRUCache[str](2, 100)
    for key in ("a", "b"):
        remembered.put(key, key.upper(), 1)
    assert remembered.get("a") == "A"
    remembered.put("c", "C", 1)
    assert (remembered.get("a"), remembered.get("b"), remembered.get("c")) == ("A", None, "C")
