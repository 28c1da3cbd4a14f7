"""Hooks: what an application that SessionQL is part of does when sessions begin and end.

They run after the commit, in the process that made it, and apart from the request: which neither waits for them
nor fails with them. What the process has not called when it is killed is not called any more.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from sessionql.storage import Storage, StorageError
from sessionql.storage.notifications import Announcement
from sessionql.storage.records import EventKind, EventRecord, SessionRecord, UserRecord

log = logging.getLogger("sessionql.hooks")

AT_ONCE = 20
"""Hooks that run at the same time, at most; the others wait."""
LONGEST = 30.0
"""Seconds that one call may take."""
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
        self._heard: deque[Announcement] = deque()
        self._telling: asyncio.Task[None] | None = None
        self._calling: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)

    def add(self, moment: Moment, hook: Hook) -> None:
        """Have the hook called at each such moment."""
        if not self._hooks:
            self._storage.database.after_commit(self._hear)
        self._hooks.setdefault(moment, []).append(hook)

    async def drain(self) -> None:
        """Wait for the calls that are still to be made, but not for ever."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LAST_CHANCE
        while (running := self._running()) and (left := deadline - loop.time()) > 0:
            await asyncio.wait(running, timeout=left)
        if running:
            log.error("The application ended before its hooks: at least %d calls", len(self._heard) + len(running))
            self._heard.clear()
            for task in running:
                task.cancel()
            await asyncio.wait(running)

    def _running(self) -> set[asyncio.Task[None]]:
        telling = self._telling
        return self._calling if telling is None or telling.done() else {telling, *self._calling}

    def _hear(self, announcement: Announcement) -> None:
        self._heard.append(announcement)
        if self._telling is None or self._telling.done():
            if not self._calling:
                # Perhaps in another event loop than before.
                self._turns = asyncio.Semaphore(AT_ONCE)
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        """Begin the calls one after the other, as many as there may be at once."""
        while self._heard:
            try:
                changes = await self._read(self._heard.popleft())
            except StorageError as error:
                log.warning("Hooks were not called, for the database cannot be read: %s", error)
                continue
            for moment, change in changes:
                for hook in self._hooks.get(moment, ()):
                    await self._turns.acquire()
                    call = asyncio.create_task(_call(hook, change))
                    self._calling.add(call)
                    call.add_done_callback(self._called)

    def _called(self, call: asyncio.Task[None]) -> None:
        self._calling.discard(call)
        self._turns.release()

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


async def _call(hook: Hook, change: SessionChange) -> None:
    try:
        async with asyncio.timeout(LONGEST):
            await hook(change)
    except Exception:
        log.exception("The hook %s failed", getattr(hook, "__qualname__", hook))


def _moments(ended: Iterable[UUID], events: Iterable[EventRecord]) -> Iterator[tuple[Moment, UUID]]:
    for event in events:
        if event.session_id is not None and (moment := _MOMENTS.get(event.kind)):
            yield moment, event.session_id
    for id_ in ended:
        yield Moment.SESSION_REVOKED, id_
