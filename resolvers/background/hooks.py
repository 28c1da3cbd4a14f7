"""Hooks: functions of the embedding application, called when sessions are created or revoked.

They run after the commit, in the process that committed, and outside of the request: the request does not wait for
them and does not fail with them. Calls that are pending when the process is killed are lost.
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
"""Maximum number of hooks that run concurrently; further calls wait."""
CALL_TIMEOUT = 30.0
"""Maximum duration of one call, in seconds."""
SHUTDOWN_TIMEOUT = 5.0
"""Maximum time for pending calls at shutdown, in seconds."""


class HookEvent(Enum):
    """The events that call hooks."""

    SESSION_CREATED = auto()
    SESSION_REVOKED = auto()
    NEW_DEVICE = auto()


@dataclass(frozen=True, slots=True)
class SessionChange:
    """The argument of a hook: the session after the change, and its user."""

    session: SessionRecord
    user: UserRecord


Hook = Callable[[SessionChange], Awaitable[None]]

_HOOK_EVENTS = {
    EventKind.REGISTERED: HookEvent.SESSION_CREATED,
    EventKind.LOGGED_IN: HookEvent.SESSION_CREATED,
    EventKind.NEW_DEVICE: HookEvent.NEW_DEVICE,
}


class Hooks:
    """The hooks of an application, and their pending calls."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._hooks: dict[HookEvent, list[Hook]] = {}
        self._pending: deque[Notification] = deque()
        self._dispatcher: asyncio.Task[None] | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self._semaphore = asyncio.Semaphore(MAX_CONCURRENT)

    def add(self, event: HookEvent, hook: Hook) -> None:
        """Call the hook at each event of this kind from now on."""
        if not self._hooks:
            self._storage.database.after_commit(self._receive)
        self._hooks.setdefault(event, []).append(hook)

    async def drain(self) -> None:
        """Wait for all pending calls, at most `SHUTDOWN_TIMEOUT` seconds; then cancel the rest."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + SHUTDOWN_TIMEOUT
        while (running := self._running()) and (remaining := deadline - loop.time()) > 0:
            await asyncio.wait(running, timeout=remaining)
        if running:
            count = len(self._pending) + len(running)
            log.error("Cancelled at least %d hook calls that were pending at shutdown", count)
            self._pending.clear()
            for task in running:
                task.cancel()
            await asyncio.wait(running)

    def _running(self) -> set[asyncio.Task[None]]:
        dispatcher = self._dispatcher
        return self._calls if dispatcher is None or dispatcher.done() else {dispatcher, *self._calls}

    def _receive(self, notification: Notification) -> None:
        self._pending.append(notification)
        if self._dispatcher is None or self._dispatcher.done():
            if not self._calls:
                # The event loop may be another one than before, and a semaphore belongs to one loop.
                self._semaphore = asyncio.Semaphore(MAX_CONCURRENT)
            self._dispatcher = asyncio.create_task(self._dispatch())

    async def _dispatch(self) -> None:
        """Start the pending calls in order, as many concurrently as allowed."""
        while self._pending:
            try:
                changes = await self._read(self._pending.popleft())
            except StorageError as error:
                log.warning("Hooks were not called, because the database cannot be read: %s", error)
                continue
            for event, change in changes:
                for hook in self._hooks.get(event, ()):
                    await self._semaphore.acquire()
                    call = asyncio.create_task(_call(hook, change))
                    self._calls.add(call)
                    call.add_done_callback(self._finish)

    def _finish(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        self._semaphore.release()

    async def _read(self, notification: Notification) -> list[tuple[HookEvent, SessionChange]]:
        """Read the changes to pass to hooks. Sessions that were deleted with their user are left out."""
        async with self._storage.reading() as repositories:
            records = await repositories.events.find_many(notification.user_id, notification.events)
            events = list(_hook_events(notification.ended, [records[id_] for id_ in sorted(records)]))
            session_ids = {id_ for event, id_ in events if event in self._hooks}
            if not session_ids or (user := await repositories.users.find(notification.user_id)) is None:
                return []
            sessions = await repositories.sessions.find_many(user.id, session_ids)
        return [(event, SessionChange(sessions[id_], user)) for event, id_ in events if id_ in sessions]


async def _call(hook: Hook, change: SessionChange) -> None:
    try:
        async with asyncio.timeout(CALL_TIMEOUT):
            await hook(change)
    except Exception:
        log.exception("The hook %s failed", getattr(hook, "__qualname__", hook))


def _hook_events(revoked: Iterable[UUID], records: Iterable[EventRecord]) -> Iterator[tuple[HookEvent, UUID]]:
    for record in records:
        if record.session_id is not None and (event := _HOOK_EVENTS.get(record.kind)):
            yield event, record.session_id
    for id_ in revoked:
        yield HookEvent.SESSION_REVOKED, id_
