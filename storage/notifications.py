"""Announcements: what a transaction did to somebody's sessions, for whoever watches them.

They leave the transaction when it commits, and carry ids alone: who hears one reads the rows.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

MAX_IDS = 200
"""Ids of one notification: PostgreSQL carries up to 7,999 bytes."""


@dataclass(frozen=True, slots=True)
class Notification:
    """Which sessions of a user ended, and which events were written."""

    user_id: UUID
    ended: tuple[UUID, ...] = ()
    events: tuple[UUID, ...] = ()


Listener = Callable[[Notification], None]


class PendingNotifications:
    """What one transaction has to announce."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending: dict[UUID, tuple[list[UUID], list[UUID]]] = {}

    def sessions_ended(self, user_id: UUID, session_ids: Collection[UUID]) -> None:
        """Sessions of the user ended."""
        if session_ids:
            self._of(user_id)[0].extend(session_ids)

    def event_written(self, user_id: UUID, event_id: UUID) -> None:
        """An event of the user was written."""
        self._of(user_id)[1].append(event_id)

    def __iter__(self) -> Iterator[Notification]:
        """One for each user; events come before the ends that they tell of, where one cannot hold all."""
        for user_id, (ended, events) in self._pending.items():
            if len(ended) + len(events) <= MAX_IDS:
                yield Notification(user_id, tuple(ended), tuple(events))
                continue
            yield from (Notification(user_id, events=some) for some in _chunks(events))
            yield from (Notification(user_id, ended=some) for some in _chunks(ended))

    def publish(self, hearers: Collection[Listener]) -> None:
        """Tell all of it to everybody, where there is anybody."""
        for notification in self if hearers else ():
            for hear in hearers:
                hear(notification)

    def _of(self, user_id: UUID) -> tuple[list[UUID], list[UUID]]:
        return self._pending.setdefault(user_id, ([], []))


def encode(notification: Notification) -> str:
    """An notification as text: the user, the sessions and the events, in hexadecimal."""
    parts = ((notification.user_id,), notification.ended, notification.events)
    return ":".join("".join(id_.hex for id_ in ids) for ids in parts)


def decode(text: str) -> Notification | None:
    """The notification of a text; None for one that is none of ours."""
    try:
        (user_id,), ended, events = (tuple(map(UUID, _split(part))) for part in text.split(":"))
    except ValueError:
        return None
    return Notification(user_id, ended, events)


def _chunks(ids: list[UUID]) -> Iterator[tuple[UUID, ...]]:
    return (tuple(ids[at : at + MAX_IDS]) for at in range(0, len(ids), MAX_IDS))


def _split(text: str) -> Iterator[str]:
    return (text[at : at + 32] for at in range(0, len(text), 32))
