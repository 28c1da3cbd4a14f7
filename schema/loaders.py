"""Loaders: read what the items of a list need with one statement instead of one for each item.

Each key contains the user id, so that a loader never reads rows of another user.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from sessionql.resolvers import events, sessions
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.values.paging import Slice
from sessionql.storage.filters import Page
from sessionql.storage.records import EventRecord, SessionRecord

Scope = TypeVar("Scope", bound=Hashable)
Value = TypeVar("Value")

Read = Callable[[Scope, Sequence[UUID]], Awaitable[Mapping[UUID, Value]]]


class Loaders:
    """The loaders of one request."""

    __slots__ = ("event_counts", "event_pages", "sessions")

    def __init__(self, deps: Dependencies) -> None:
        def read_sessions(user: UUID, ids: Sequence[UUID]) -> Awaitable[Mapping[UUID, SessionRecord]]:
            return sessions.find_sessions(deps, user, ids)

        def read_pages(scope: tuple[UUID, Page], ids: Sequence[UUID]) -> Awaitable[Mapping[UUID, Slice[EventRecord]]]:
            return events.list_session_events(deps, scope[0], ids, scope[1])

        def read_counts(user: UUID, ids: Sequence[UUID]) -> Awaitable[Mapping[UUID, int]]:
            return events.count_session_events(deps, user, ids)

        self.sessions = _loader(read_sessions)
        self.event_pages = _loader(read_pages)
        self.event_counts = _loader(read_counts)


def _loader(read: Read[Scope, Value]) -> DataLoader[tuple[Scope, UUID], Value | None]:
    """A loader with keys `(scope, id)`. One call of `read` gets all ids of one scope."""

    async def load(keys: list[tuple[Scope, UUID]]) -> list[Value | None]:
        ids_by_scope: defaultdict[Scope, list[UUID]] = defaultdict(list)
        for scope, id_ in keys:
            ids_by_scope[scope].append(id_)
        values = {scope: await read(scope, ids) for scope, ids in ids_by_scope.items()}
        return [values[scope].get(id_) for scope, id_ in keys]

    return DataLoader(load_fn=load)
