"""Announcements: what a transaction did to somebody's sessions, for whoever watches them.

They leave the transaction when it commits, and carry ids alone: who hears one reads the rows.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

MOST = 200
"""Ids of one announcement: PostgreSQL carries up to 7,999 bytes."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Which sessions of a user ended, and which events were written."""

    user_id: UUID
    ended: tuple[UUID, ...] = ()
    events: tuple[UUID, ...] = ()


Hear = Callable[[Announcement], None]


class Announcements:
    """What one transaction has to announce."""

    __slots__ = ("_made",)

    def __init__(self) -> None:
        self._made: dict[UUID, tuple[list[UUID], list[UUID]]] = {}

    def ended(self, user_id: UUID, session_ids: Collection[UUID]) -> None:
        """Sessions of the user ended."""
        if session_ids:
            self._of(user_id)[0].extend(session_ids)

    def happened(self, user_id: UUID, event_id: UUID) -> None:
        """An event of the user was written."""
        self._of(user_id)[1].append(event_id)

    def __iter__(self) -> Iterator[Announcement]:
        """One for each user; events come before the ends that they tell of, where one cannot hold all."""
        for user_id, (ended, events) in self._made.items():
            if len(ended) + len(events) <= MOST:
                yield Announcement(user_id, tuple(ended), tuple(events))
                continue
            yield from (Announcement(user_id, events=some) for some in _some(events))
            yield from (Announcement(user_id, ended=some) for some in _some(ended))

    def tell(self, hearers: Collection[Hear]) -> None:
        """Tell all of it to everybody, where there is anybody."""
        for announcement in self if hearers else ():
            for hear in hearers:
                hear(announcement)

    def _of(self, user_id: UUID) -> tuple[list[UUID], list[UUID]]:
        return self._made.setdefault(user_id, ([], []))


def encode(announcement: Announcement) -> str:
    """An announcement as text: the user, the sessions and the events, in hexadecimal."""
    parts = ((announcement.user_id,), announcement.ended, announcement.events)
    return ":".join("".join(id_.hex for id_ in ids) for ids in parts)


def decode(text: str) -> Announcement | None:
    """The announcement of a text; None for one that is none of ours."""
    try:
        (user_id,), ended, events = (tuple(map(UUID, _split(part))) for part in text.split(":"))
    except ValueError:
        return None
    return Announcement(user_id, ended, events)


def _some(ids: list[UUID]) -> Iterator[tuple[UUID, ...]]:
    return (tuple(ids[at : at + MOST]) for at in range(0, len(ids), MOST))


def _split(text: str) -> Iterator[str]:
    return (text[at : at + 32] for at in range(0, len(text), 32))
