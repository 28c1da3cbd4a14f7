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
from sessionql.storage.notifications import Announcement
from sessionql.storage.records import EventRecord, SessionRecord

log = logging.getLogger("sessionql.broadcast")

BACKLOG = 100
"""News that wait for one watcher, at most: who does not take them is interrupted."""
PATIENCE = 5.0
"""Seconds that a beginning may wait for the first attempt to hear the news."""
PAUSE = 1.0
"""Seconds between two attempts to hear the news again."""


class Interrupted(Exception):
    """News were missed, or will be: whoever watches has to begin anew."""


@dataclass(frozen=True, slots=True)
class News:
    """What one transaction did to a user's sessions.

    `ended` has those that ended, by id; None for those that went with their user.
    """

    ended: Mapping[UUID, SessionRecord | None]
    events: Sequence[EventRecord]

    def is_about(self, session_id: UUID) -> bool:
        """Whether the session ended, or an event tells of it."""
        return session_id in self.ended or any(event.session_id == session_id for event in self.events)


class Watcher:
    """Takes the news of one user, one by one."""

    __slots__ = ("_interrupted", "_news", "_waiter")

    def __init__(self) -> None:
        self._news: deque[News] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._interrupted = False

    def tell(self, news: News) -> None:
        """Keep news until they are taken."""
        if len(self._news) >= BACKLOG:
            self.interrupt()
            return
        self._news.append(news)
        self._wake()

    def interrupt(self) -> None:
        """Have whoever takes the news begin anew."""
        self._interrupted = True
        self._wake()

    async def next(self) -> News:
        """The next news, when there are any. Raises Interrupted."""
        while not self._interrupted:
            if self._news:
                return self._news.popleft()
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        raise Interrupted

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Broadcast:
    """Who watches whose sessions in this process, and what they are told."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._watchers: dict[UUID, set[Watcher]] = {}
        self._heard: asyncio.Queue[Announcement] = asyncio.Queue()
        self._hears = False
        self._tried = asyncio.Event()

    @contextmanager
    def watch(self, user_id: UUID) -> Iterator[Watcher]:
        """Be told of what happens to the user from here on. Raises StorageUnavailable when nothing is heard now."""
        if not self._hears:
            raise StorageUnavailable("The news of the database are not heard now.")
        watcher = Watcher()
        self._watchers.setdefault(user_id, set()).add(watcher)
        try:
            yield watcher
        finally:
            self._leave(user_id, watcher)

    async def run(self) -> None:
        """Hear and tell until cancelled. A database that is away is tried again."""
        while True:
            try:
                async with self._storage.database.listening(self._hear) as lost:
                    self._hears = True
                    self._tried.set()
                    await self._tell_until(lost)
                    log.warning("The database is not heard any more: whoever watches has to come back")
            except StorageError as error:
                log.warning("Cannot hear what the database announces: %s", error)
            except Exception:
                # What nobody foresaw must not leave this process deaf until somebody restarts it.
                log.exception("Telling the news failed: whoever watches has to come back")
            finally:
                self._interrupt()
            self._tried.set()
            await asyncio.sleep(PAUSE)

    def forget(self) -> None:
        """Begin anew, perhaps in another event loop."""
        self._tried = asyncio.Event()

    async def begun(self) -> None:
        """Wait until `run` hears the news, or could not: nobody who comes first shall be told to come again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._tried.wait()

    def _hear(self, announcement: Announcement) -> None:
        if announcement.user_id in self._watchers:
            self._heard.put_nowait(announcement)

    async def _tell_until(self, lost: Lost) -> None:
        telling = asyncio.create_task(self._tell())
        try:
            await asyncio.wait({telling, lost}, return_when=asyncio.FIRST_COMPLETED)
            if telling.done():
                telling.result()
        finally:
            telling.cancel()

    async def _tell(self) -> None:
        while True:
            announcement = await self._heard.get()
            if announcement.user_id in self._watchers:
                news = await self._read(announcement)
                for watcher in self._watchers.get(announcement.user_id, ()):
                    watcher.tell(news)

    async def _read(self, announcement: Announcement) -> News:
        user_id, ended, events = announcement.user_id, announcement.ended, announcement.events
        async with self._storage.reading() as repositories:
            sessions = await repositories.sessions.find_many(user_id, ended)
            written = await repositories.events.find_many(user_id, events)
        return News(
            {id_: sessions.get(id_) for id_ in ended if _is_over(sessions.get(id_))},
            [written[id_] for id_ in sorted(written)],
        )

    def _interrupt(self) -> None:
        self._hears = False
        self._heard = asyncio.Queue()
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.interrupt()

    def _leave(self, user_id: UUID, watcher: Watcher) -> None:
        watchers = self._watchers[user_id]
        watchers.discard(watcher)
        if not watchers:
            del self._watchers[user_id]


def _is_over(session: SessionRecord | None) -> bool:
    # Whoever may write to the database may announce what is not so.
    return session is None or session.revoked_at is not None
