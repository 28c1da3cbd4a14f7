"""Notifications for the subscribers of a user's sessions and security events.

They are sent when the transaction commits and contain ids only: the receiver reads the rows.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

MAX_IDS = 200
"""Maximum number of ids in one notification: PostgreSQL limits the payload of NOTIFY to 7,999 bytes."""


@dataclass(frozen=True, slots=True)
class Notification:
    """The ids of a user's revoked sessions (`ended`) and of new events."""

    user_id: UUID
    ended: tuple[UUID, ...] = ()
    events: tuple[UUID, ...] = ()


Listener = Callable[[Notification], None]


class PendingNotifications:
    """The notifications of one transaction, sent when it commits."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending: dict[UUID, tuple[list[UUID], list[UUID]]] = {}

    def sessions_ended(self, user_id: UUID, session_ids: Collection[UUID]) -> None:
        """Add the ids of sessions that were revoked."""
        if session_ids:
            self._ids_of(user_id)[0].extend(session_ids)

    def event_written(self, user_id: UUID, event_id: UUID) -> None:
        """Add the id of a new event."""
        self._ids_of(user_id)[1].append(event_id)

    def __iter__(self) -> Iterator[Notification]:
        """One notification for each user, or several when the ids exceed MAX_IDS.

        Then events come first: a subscriber must receive the event of a revocation before its session ends.
        """
        for user_id, (ended, events) in self._pending.items():
            if len(ended) + len(events) <= MAX_IDS:
                yield Notification(user_id, tuple(ended), tuple(events))
                continue
            yield from (Notification(user_id, events=some) for some in _chunks(events))
            yield from (Notification(user_id, ended=some) for some in _chunks(ended))

    def publish(self, listeners: Collection[Listener]) -> None:
        """Call each listener with each notification."""
        for notification in self if listeners else ():
            for listener in listeners:
                listener(notification)

    def _ids_of(self, user_id: UUID) -> tuple[list[UUID], list[UUID]]:
        return self._pending.setdefault(user_id, ([], []))


def encode(notification: Notification) -> str:
    """Encode a notification as `user:sessions:events`, each a concatenation of ids in hexadecimal."""
    parts = ((notification.user_id,), notification.ended, notification.events)
    return ":".join("".join(id_.hex for id_ in ids) for ids in parts)


def decode(text: str) -> Notification | None:
    """Decode a notification. None for text in another form, because other programs may use the channel too."""
    try:
        (user_id,), ended, events = (tuple(map(UUID, _split(part))) for part in text.split(":"))
    except ValueError:
        return None
    return Notification(user_id, ended, events)


def _chunks(ids: list[UUID]) -> Iterator[tuple[UUID, ...]]:
    return (tuple(ids[at : at + MAX_IDS]) for at in range(0, len(ids), MAX_IDS))


def _split(text: str) -> Iterator[str]:
    return (text[at : at + 32] for at in range(0, len(text), 32))
