"""The order to look at fragments in, so that each is looked at once and none by recursion."""

from collections.abc import Collection, Iterator, Mapping


def children_first(spreads: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Every fragment after those that it spreads. One that spreads itself comes before itself, once."""
    done: set[str] = set()
    for start in spreads:
        stack, open_ = [(start, False)], set[str]()
        while stack:
            name, children_done = stack.pop()
            if name in done:
                continue
            if children_done:
                done.add(name)
                yield name
                continue
            open_.add(name)
            stack.append((name, True))
            stack += [(child, False) for child in spreads[name] if child in spreads and child not in open_]
