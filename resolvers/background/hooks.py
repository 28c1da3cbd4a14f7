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
from sessionql.storage.notifications import Notification
from sessionql.storage.records import EventKind, EventRecord, SessionRecord, UserRecord

log = logging.getLogger("sessionql.hooks")

MAX_CONCURRENT = 20
"""Hooks that run at the same time, at most; the others wait."""
CALL_TIMEOUT = 30.0
"""Seconds that one call may take."""
SHUTDOWN_TIMEOUT = 5.0
"""Seconds that hooks have left when the application ends."""


class HookEvent(Enum):
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

_HOOK_EVENTS = {
    EventKind.REGISTERED: HookEvent.SESSION_CREATED,
    EventKind.LOGGED_IN: HookEvent.SESSION_CREATED,
    EventKind.NEW_DEVICE: HookEvent.NEW_DEVICE,
}


class Hooks:
    """The hooks of an application, and those calls that are still to be made."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._hooks: dict[HookEvent, list[Hook]] = {}
        self._pending: deque[Notification] = deque()
        self._dispatcher: asyncio.Task[None] | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self._semaphore = asyncio.Semaphore(MAX_CONCURRENT)

    def add(self, moment: HookEvent, hook: Hook) -> None:
        """Have the hook called at each such moment."""
        if not self._hooks:
            self._storage.database.after_commit(self._receive)
        self._hooks.setdefault(moment, []).append(hook)

    async def drain(self) -> None:
        """Wait for the calls that are still to be made, but not for ever."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + SHUTDOWN_TIMEOUT
        while (running := self._running()) and (left := deadline - loop.time()) > 0:
            await asyncio.wait(running, timeout=left)
        if running:
            log.error("The application ended before its hooks: at least %d calls", len(self._pending) + len(running))
            self._pending.clear()
            for task in running:
                task.cancel()
            await asyncio.wait(running)

    def _running(self) -> set[asyncio.Task[None]]:
        telling = self._dispatcher
        return self._calls if telling is None or telling.done() else {telling, *self._calls}

    def _receive(self, announcement: Notification) -> None:
        self._pending.append(announcement)
        if self._dispatcher is None or self._dispatcher.done():
            if not self._calls:
                # Perhaps in another event loop than before.
                self._semaphore = asyncio.Semaphore(MAX_CONCURRENT)
            self._dispatcher = asyncio.create_task(self._dispatch())

    async def _dispatch(self) -> None:
        """Begin the calls one after the other, as many as there may be at once."""
        while self._pending:
            try:
                changes = await self._read(self._pending.popleft())
            except StorageError as error:
                log.warning("Hooks were not called, for the database cannot be read: %s", error)
                continue
            for moment, change in changes:
                for hook in self._hooks.get(moment, ()):
                    await self._semaphore.acquire()
                    call = asyncio.create_task(_call(hook, change))
                    self._calls.add(call)
                    call.add_done_callback(self._called)

    def _called(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        self._semaphore.release()

    async def _read(self, announcement: Notification) -> list[tuple[HookEvent, SessionChange]]:
        """What there is to tell; nothing of sessions that went with their user."""
        async with self._storage.reading() as repositories:
            events = await repositories.events.find_many(announcement.user_id, announcement.events)
            moments = list(_hook_events(announcement.ended, [events[id_] for id_ in sorted(events)]))
            wanted = {id_ for moment, id_ in moments if moment in self._hooks}
            if not wanted or (user := await repositories.users.find(announcement.user_id)) is None:
                return []
            found = await repositories.sessions.find_many(user.id, wanted)
        return [(moment, SessionChange(found[id_], user)) for moment, id_ in moments if id_ in found]


async def _call(hook: Hook, change: SessionChange) -> None:
    try:
        async with asyncio.timeout(CALL_TIMEOUT):
            await hook(change)
    except Exception:
        log.exception("The hook %s failed", getattr(hook, "__qualname__", hook))


def _hook_events(ended: Iterable[UUID], events: Iterable[EventRecord]) -> Iterator[tuple[HookEvent, UUID]]:
    for event in events:
        if event.session_id is not None and (moment := _HOOK_EVENTS.get(event.kind)):
            yield moment, event.session_id
    for id_ in ended:
        yield HookEvent.SESSION_REVOKED, id_
