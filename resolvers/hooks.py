"""Hooks: what an application that SessionQL is part of does when sessions begin and end.

They run after the commit, in the process that made it, and apart from the request: which neither waits for them
nor fails with them. What the process has not called when it is killed is not called any more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from storage import Storage, StorageError
from storage.announcements import Announcement
from storage.records import EventKind, EventRecord, SessionRecord, UserRecord

log = logging.getLogger("sessionql.hooks")

AT_ONCE = 20
"""Hooks that run at the same time, at most; the others wait."""
LAST_CHANCE = 5.0
"""Seconds that hooks have left when the application ends."""


class Moment(Enum):
    """When hooks are called."""

    SESSION_CREATED = auto()
    SESSION_REVOKED = auto()
    NEW_DEVICE = auto()


@dataclass(frozen=True, slots=True)
class SessionChange:
    """What a hook is told: the session as it is now, and whose it is."""

    session: SessionRecord
    user: UserRecord


Hook = Callable[[SessionChange], Awaitable[None]]

_MOMENTS = {
    EventKind.REGISTERED: Moment.SESSION_CREATED,
    EventKind.LOGGED_IN: Moment.SESSION_CREATED,
    EventKind.NEW_DEVICE: Moment.NEW_DEVICE,
}


class Hooks:
    """The hooks of an application, and those calls that are still to be made."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._hooks: dict[Moment, list[Hook]] = {}
        self._calling: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)

    def add(self, moment: Moment, hook: Hook) -> None:
        """Have the hook called at each such moment."""
        if not self._hooks:
            self._storage.database.after_commit(self._hear)
        self._hooks.setdefault(moment, []).append(hook)

    async def drain(self) -> None:
        """Wait for the calls that are still to be made, but not for ever."""
        deadline = asyncio.get_running_loop().time() + LAST_CHANCE
        while self._calling and (left := deadline - asyncio.get_running_loop().time()) > 0:
            # A call may lead to others: what a hook does may be told, too.
            await asyncio.wait(set(self._calling), timeout=left)
        if self._calling:
            log.error("The application ended while %d calls of hooks were still to be made", len(self._calling))
            for task in self._calling:
                task.cancel()
            await asyncio.wait(set(self._calling))
        # The next beginning may be in another event loop.
        self._turns = asyncio.Semaphore(AT_ONCE)

    def _hear(self, announcement: Announcement) -> None:
        self._begin(self._tell(announcement))

    def _begin(self, call: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(call)
        self._calling.add(task)
        task.add_done_callback(self._calling.discard)

    async def _tell(self, announcement: Announcement) -> None:
        try:
            async with self._turns:
                changes = await self._read(announcement)
        except StorageError as error:
            log.warning("Hooks were not called, for the database cannot be read: %s", error)
            return
        for moment, change in changes:
            for hook in self._hooks.get(moment, ()):
                self._begin(self._call(hook, change))

    async def _call(self, hook: Hook, change: SessionChange) -> None:
        async with self._turns:
            try:
                await hook(change)
            except Exception:
                log.exception("The hook %s failed", getattr(hook, "__qualname__", hook))

    async def _read(self, announcement: Announcement) -> list[tuple[Moment, SessionChange]]:
        """What there is to tell; nothing of sessions that went with their user."""
        async with self._storage.reading() as repositories:
            events = await repositories.events.find_many(announcement.user_id, announcement.events)
            moments = list(_moments(announcement.ended, [events[id_] for id_ in sorted(events)]))
            wanted = {id_ for moment, id_ in moments if moment in self._hooks}
            if not wanted or (user := await repositories.users.find(announcement.user_id)) is None:
                return []
            found = await repositories.sessions.find_many(user.id, wanted)
        return [(moment, SessionChange(found[id_], user)) for moment, id_ in moments if id_ in found]


def _moments(ended: Iterable[UUID], events: Iterable[EventRecord]) -> Iterator[tuple[Moment, UUID]]:
    for event in events:
        if event.session_id is not None and (moment := _MOMENTS.get(event.kind)):
            yield moment, event.session_id
    for id_ in ended:
        yield Moment.SESSION_REVOKED, id_
