"""Pub/sub: distributes what any worker committed to the subscribers in this process.

If LISTEN is lost, every subscriber is interrupted and must subscribe again and read the current state again.
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

log = logging.getLogger("sessionql.pubsub")

MAX_PENDING = 100
"""Maximum number of pending updates per subscriber; a slower subscriber is interrupted."""
START_TIMEOUT = 5.0
"""Maximum wait for the first LISTEN attempt at start-up, in seconds."""
RETRY_INTERVAL = 1.0
"""Pause between two LISTEN attempts, in seconds."""


class StreamInterrupted(Exception):
    """Updates were lost: subscribe again and read the current state again."""


@dataclass(frozen=True, slots=True)
class UserUpdate:
    """The changes that one transaction made to one user.

    `ended` maps the IDs of ended sessions to the sessions; None for sessions that were deleted with their user.
    An update without any change means: check again whether the session and its token are valid.
    """

    ended: Mapping[UUID, SessionRecord | None]
    events: Sequence[EventRecord]

    def is_about(self, session_id: UUID) -> bool:
        """Whether the session ended, or one of the events is about it, or it has to be checked again."""
        has_event = any(event.session_id == session_id for event in self.events)
        return has_event or session_id in self.ended or not (self.ended or self.events)


class Subscriber:
    """Receives the updates of one user, in order."""

    __slots__ = ("_interrupted", "_updates", "_waiter")

    def __init__(self) -> None:
        self._updates: deque[UserUpdate] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._interrupted = False

    def put(self, update: UserUpdate) -> None:
        """Queue an update. A subscriber with `MAX_PENDING` queued updates is interrupted instead."""
        if len(self._updates) >= MAX_PENDING:
            self.interrupt()
            return
        self._updates.append(update)
        self._wake()

    def interrupt(self) -> None:
        """Discard the queued updates: every later `next` raises StreamInterrupted."""
        self._interrupted = True
        self._wake()

    async def next(self) -> UserUpdate:
        """Wait for the next update. Raises StreamInterrupted."""
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
    """The subscribers of this process by user. `run` receives notifications from the database."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._subscribers: dict[UUID, set[Subscriber]] = {}
        self._received: asyncio.Queue[Notification] = asyncio.Queue()
        self._listening = False
        self._first_attempt = asyncio.Event()

    @contextmanager
    def subscribe(self, user_id: UUID) -> Iterator[Subscriber]:
        """Subscribe to the updates of a user during the block. Raises StorageUnavailable while LISTEN is lost."""
        if not self._listening:
            raise StorageUnavailable("Notifications from the database are not available now. Try again.")
        subscriber = Subscriber()
        self._subscribers.setdefault(user_id, set()).add(subscriber)
        try:
            yield subscriber
        finally:
            self._unsubscribe(user_id, subscriber)

    async def run(self) -> None:
        """Receive and distribute notifications until cancelled. Reconnects when the database is lost."""
        while True:
            try:
                async with self._storage.database.listen(self._receive) as lost:
                    self._listening = True
                    self._first_attempt.set()
                    await self._publish_until(lost)
                    log.warning("LISTEN was lost: all subscribers must subscribe again")
            except StorageError as error:
                log.warning("LISTEN failed and will be retried: %s", error)
            except Exception:
                # An unexpected error must not leave this process without notifications until its next start.
                log.exception("Distributing notifications failed: all subscribers must subscribe again")
            finally:
                self._interrupt_all()
            self._first_attempt.set()
            await asyncio.sleep(RETRY_INTERVAL)

    def check_again(self) -> None:
        """Let all subscribers check whether they are still valid: the keys of access tokens were replaced."""
        for subscribers in self._subscribers.values():
            for subscriber in subscribers:
                subscriber.put(UserUpdate({}, ()))

    def reset(self) -> None:
        """Prepare for a new start, which may be in another event loop."""
        self._first_attempt = asyncio.Event()

    async def started(self) -> None:
        """Wait for the first LISTEN attempt (at most 5 s), so that early subscribers are not rejected."""
        with suppress(TimeoutError):
            async with asyncio.timeout(START_TIMEOUT):
                await self._first_attempt.wait()

    def _receive(self, notification: Notification) -> None:
        if notification.user_id in self._subscribers:
            self._received.put_nowait(notification)

    async def _publish_until(self, lost: Lost) -> None:
        publisher = asyncio.create_task(self._publish_all())
        try:
            await asyncio.wait({publisher, lost}, return_when=asyncio.FIRST_COMPLETED)
            if publisher.done():
                publisher.result()
        finally:
            publisher.cancel()

    async def _publish_all(self) -> None:
        while True:
            notification = await self._received.get()
            if notification.user_id in self._subscribers:
                update = await self._read(notification)
                for subscriber in self._subscribers.get(notification.user_id, ()):
                    subscriber.put(update)

    async def _read(self, notification: Notification) -> UserUpdate:
        user_id, ended, event_ids = notification.user_id, notification.ended, notification.events
        async with self._storage.reading() as repositories:
            sessions = await repositories.sessions.find_many(user_id, ended)
            events = await repositories.events.find_many(user_id, event_ids)
        return UserUpdate(
            {id_: sessions.get(id_) for id_ in ended if _has_ended(sessions.get(id_))},
            [events[id_] for id_ in sorted(events)],
        )

    def _interrupt_all(self) -> None:
        self._listening = False
        self._received = asyncio.Queue()
        for subscribers in self._subscribers.values():
            for subscriber in subscribers:
                subscriber.interrupt()

    def _unsubscribe(self, user_id: UUID, subscriber: Subscriber) -> None:
        subscribers = self._subscribers[user_id]
        subscribers.discard(subscriber)
        if not subscribers:
            del self._subscribers[user_id]


def _has_ended(session: SessionRecord | None) -> bool:
    # Every database client may send NOTIFY, so the payload is checked against the row.
    return session is None or session.revoked_at is not None
