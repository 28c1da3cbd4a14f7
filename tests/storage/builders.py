"""Users, sessions and events for the tests of the storage, and functions that read all of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sessionql.storage import Storage
from sessionql.storage.filters import Page, Position, SessionFilter
from sessionql.storage.records import (
    Device,
    DeviceKind,
    EventKind,
    EventRecord,
    RevocationReason,
    SessionRecord,
    UserRecord,
)
from sessionql.storage.sessions import SessionOrder

NOW = datetime(2026, 11, 23, 11, 16, 10, 123456, tzinfo=UTC)
TICK = timedelta(microseconds=1)
IDLE = timedelta(days=30)
ABSOLUTE = timedelta(days=90)
EVERY = SessionFilter(states=None)
ALL = Page(limit=10_000)

REVOKED = {"revoked_at": NOW - timedelta(hours=1), "revocation_reason": RevocationReason.LOGGED_OUT}
IDLED_OUT = {"created_at": NOW - timedelta(days=50), "last_active": NOW - IDLE}
TOO_OLD = {"created_at": NOW - ABSOLUTE, "last_active": NOW - timedelta(hours=1)}

_numbers = count(1)


def new_id() -> UUID:
    """IDs in the order of their creation, like UUIDv7."""
    return UUID(int=next(_numbers) << 80 | 7 << 76 | 2 << 62)


def a_user(address: str = "ana@example.com") -> UserRecord:
    return UserRecord(new_id(), address, NOW - timedelta(days=100), None)


def a_session(user: UserRecord, **changes: Any) -> SessionRecord:
    """An active session, created an hour ago. Keyword arguments replace its fields."""
    began = NOW - timedelta(hours=1)
    session = SessionRecord(
        user_id=user.id,
        id=new_id(),
        name=None,
        user_agent="Mozilla/5.0",
        ip_address="203.0.113.7",
        created_at=began,
        authenticated_at=began,
        last_active=began,
        generation=0,
        rotated_at=None,
        revoked_at=None,
        revocation_reason=None,
        by_service=False,
        device=Device("Firefox on Ubuntu", DeviceKind.DESKTOP, "Firefox", "130", "Ubuntu"),
    )
    return replace(session, **changes)


def an_event(user: UserRecord, **changes: Any) -> EventRecord:
    event = EventRecord(user.id, new_id(), EventKind.LOGGED_IN, NOW, "203.0.113.7", "Firefox on Ubuntu", None, None)
    return replace(event, **changes)


async def keep_user(storage: Storage, address: str, password_hash: str = "hash") -> UserRecord:
    """Store a new user with this e-mail address."""
    user = a_user(address)
    async with storage.transaction() as repositories:
        assert await repositories.users.add(user, address.casefold(), password_hash)
    return user


async def keep(storage: Storage, *sessions: SessionRecord) -> None:
    async with storage.transaction() as repositories:
        for session in sessions:
            await repositories.sessions.add(session)


async def keep_events(storage: Storage, *events: EventRecord) -> None:
    async with storage.transaction() as repositories:
        await repositories.events.add_many(events)


async def find(storage: Storage, session: SessionRecord) -> SessionRecord | None:
    async with storage.reading() as repositories:
        return await repositories.sessions.find(session.user_id, session.id)


async def sessions_of(storage: Storage, *users: UserRecord) -> set[SessionRecord]:
    """All sessions of these users, in any state."""
    kept: set[SessionRecord] = set()
    async with storage.reading() as repositories:
        for user in users:
            kept.update(await repositories.sessions.list(user.id, EVERY, SessionOrder(), ALL, NOW))
    return kept


async def events_of(storage: Storage, *users: UserRecord) -> set[EventRecord]:
    kept: set[EventRecord] = set()
    async with storage.reading() as repositories:
        for user in users:
            kept.update(await repositories.events.list(user.id, None, ALL))
    return kept


def ids(records: Sequence[SessionRecord] | Sequence[EventRecord]) -> list[UUID]:
    return [record.id for record in records]


def position_of(session: SessionRecord) -> Position:
    """The position of the session in a list that is sorted by last use."""
    return Position(session.last_active, session.id)
