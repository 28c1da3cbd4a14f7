"""How many values variables have: the library looks at each, before a resolver can say that a list is too long."""

from collections.abc import Mapping
from typing import Any


def has_more_values(variables: Mapping[str, Any] | None, most: int) -> bool:
    """Whether there are more values than that, those in lists and objects too. Looks at no more than it has to."""
    count, stack = 0, [variables]
    while stack:
        inside = stack.pop()
        if isinstance(inside, list | dict):
            count += len(inside)
            if count > most:
                return True
            stack += inside.values() if isinstance(inside, dict) else inside
    return False
