"""News: what happens to users' sessions, on whichever worker, for those who watch here.

Whoever cannot hear the news is told nothing wrong: when the database is lost, everybody who watches is
interrupted, and has to come back and look anew.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from sessionql.storage import Storage, StorageError, StorageUnavailable
from sessionql.storage.database import Lost
from sessionql.storage.notifications import Notification
from sessionql.storage.records import EventRecord, SessionRecord

log = logging.getLogger("sessionql.broadcast")

BACKLOG = 100
"""News that wait for one watcher, at most: who does not take them is interrupted."""
START_TIMEOUT = 5.0
"""Seconds that a beginning may wait for the first attempt to hear the news."""
RETRY_INTERVAL = 1.0
"""Seconds between two attempts to hear the news again."""


class StreamInterrupted(Exception):
    """News were missed, or will be: whoever watches has to begin anew."""


@dataclass(frozen=True, slots=True)
class UserUpdate:
    """What one transaction did to a user's sessions.

    `ended` has those that ended, by id; None for those that went with their user.
    """

    ended: Mapping[UUID, SessionRecord | None]
    events: Sequence[EventRecord]

    def is_about(self, session_id: UUID) -> bool:
        """Whether the session ended, or an event tells of it."""
        return session_id in self.ended or any(event.session_id == session_id for event in self.events)


class Subscriber:
    """Takes the news of one user, one by one."""

    __slots__ = ("_interrupted", "_updates", "_waiter")

    def __init__(self) -> None:
        self._updates: deque[UserUpdate] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._interrupted = False

    def put(self, news: UserUpdate) -> None:
        """Keep news until they are taken."""
        if len(self._updates) >= BACKLOG:
            self.interrupt()
            return
        self._updates.append(news)
        self._wake()

    def interrupt(self) -> None:
        """Have whoever takes the news begin anew."""
        self._interrupted = True
        self._wake()

    async def next(self) -> UserUpdate:
        """The next news, when there are any. Raises Interrupted."""
        while not self._interrupted:
            if self._updates:
                return self._updates.popleft()
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        raise StreamInterrupted

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class PubSub:
    """Who watches whose sessions in this process, and what they are told."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._subscribers: dict[UUID, set[Subscriber]] = {}
        self._received: asyncio.Queue[Notification] = asyncio.Queue()
        self._listening = False
        self._first_attempt = asyncio.Event()

    @contextmanager
    def subscribe(self, user_id: UUID) -> Iterator[Subscriber]:
        """Be told of what happens to the user from here on. Raises StorageUnavailable when nothing is heard now."""
        if not self._listening:
            raise StorageUnavailable("The news of the database are not heard now.")
        watcher = Subscriber()
        self._subscribers.setdefault(user_id, set()).add(watcher)
        try:
            yield watcher
        finally:
            self._unsubscribe(user_id, watcher)

    async def run(self) -> None:
        """Hear and tell until cancelled. A database that is away is tried again."""
        while True:
            try:
                async with self._storage.database.listen(self._receive) as lost:
                    self._listening = True
                    self._first_attempt.set()
                    await self._publish_until(lost)
                    log.warning("The database is not heard any more: whoever watches has to come back")
            except StorageError as error:
                log.warning("Cannot hear what the database announces: %s", error)
            except Exception:
                # What nobody foresaw must not leave this process deaf until somebody restarts it.
                log.exception("Telling the news failed: whoever watches has to come back")
            finally:
                self._interrupt_all()
            self._first_attempt.set()
            await asyncio.sleep(RETRY_INTERVAL)

    def reset(self) -> None:
        """Begin anew, perhaps in another event loop."""
        self._first_attempt = asyncio.Event()

    async def started(self) -> None:
        """Wait until `run` hears the news, or could not: nobody who comes first shall be told to come again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(START_TIMEOUT):
                await self._first_attempt.wait()

    def _receive(self, announcement: Notification) -> None:
        if announcement.user_id in self._subscribers:
            self._received.put_nowait(announcement)

    async def _publish_until(self, lost: Lost) -> None:
        telling = asyncio.create_task(self._publish_all())
        try:
            await asyncio.wait({telling, lost}, return_when=asyncio.FIRST_COMPLETED)
            if telling.done():
                telling.result()
        finally:
            telling.cancel()

    async def _publish_all(self) -> None:
        while True:
            announcement = await self._received.get()
            if announcement.user_id in self._subscribers:
                news = await self._read(announcement)
                for watcher in self._subscribers.get(announcement.user_id, ()):
                    watcher.put(news)

    async def _read(self, announcement: Notification) -> UserUpdate:
        user_id, ended, events = announcement.user_id, announcement.ended, announcement.events
        async with self._storage.reading() as repositories:
            sessions = await repositories.sessions.find_many(user_id, ended)
            written = await repositories.events.find_many(user_id, events)
        return UserUpdate(
            {id_: sessions.get(id_) for id_ in ended if _has_ended(sessions.get(id_))},
            [written[id_] for id_ in sorted(written)],
        )

    def _interrupt_all(self) -> None:
        self._listening = False
        self._received = asyncio.Queue()
        for watchers in self._subscribers.values():
            for watcher in watchers:
                watcher.interrupt()

    def _unsubscribe(self, user_id: UUID, watcher: Subscriber) -> None:
        watchers = self._subscribers[user_id]
        watchers.discard(watcher)
        if not watchers:
            del self._subscribers[user_id]


def _has_ended(session: SessionRecord | None) -> bool:
    # Whoever may write to the database may announce what is not so.
    return session is None or session.revoked_at is not None
