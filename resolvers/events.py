"""Security events of a user: the resolver that makes a change writes its event, the user reads it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.comparison import compare_devices
from sessionql.resolvers.devices.user_agent import describe
from sessionql.resolvers.values.cursors import encode_cursor
from sessionql.resolvers.values.paging import Slice, slice_page
from sessionql.storage import Repositories
from sessionql.storage.filters import Page, Position
from sessionql.storage.records import EventKind, EventRecord, SessionRecord


@dataclass(frozen=True, slots=True)
class Actor:
    """The cause of an event: a session of the user, or the name of a service or operator. Neither: not signed in."""

    session_id: UUID | None = None
    name: str | None = None


NO_ACTOR = Actor()


def build_event(
    deps: Dependencies,
    user_id: UUID,
    kind: EventKind,
    client: ClientInfo,
    now: datetime,
    *,
    session_id: UUID | None = None,
    actor: Actor = NO_ACTOR,
    sent_by: SessionRecord | None = None,
    previous_device: str | None = None,
) -> EventRecord:
    """Build an event, to be written in the transaction of the change. `session_id` is the affected session.

    `sent_by` is the session of the client: its device is shown as in the list, also if a request tells less.
    """
    return EventRecord(
        user_id=user_id,
        id=deps.new_id(),
        kind=kind,
        occurred_at=now,
        ip_address=client.ip_address,
        device=_label(client, sent_by),
        session_id=session_id,
        actor_id=actor.session_id,
        actor_name=actor.name,
        previous_device=previous_device,
    )


def _label(client: ClientInfo, session: SessionRecord | None) -> str:
    if session is None or client.user_agent is None:
        return describe(client.user_agent, client.hints).label
    return compare_devices(session.device, session.user_agent, client.user_agent, client.hints).device.label


async def record_event(
    deps: Dependencies,
    repositories: Repositories,
    session: SessionRecord,
    kind: EventKind,
    client: ClientInfo,
    now: datetime,
    actor_id: UUID | None = None,
) -> None:
    """Write an event about the session. The actor is the session `actor_id`, by default the session itself."""
    actor = Actor(session_id=actor_id or session.id)
    sent_by = session if actor.session_id == session.id else None
    event = build_event(deps, session.user_id, kind, client, now, session_id=session.id, actor=actor, sent_by=sent_by)
    await repositories.events.add(event)


def device_event(
    deps: Dependencies, before: SessionRecord, kind: EventKind, client: ClientInfo, now: datetime
) -> EventRecord:
    """Build an event of the session that compares the device of the client with that of the session `before`."""
    actor, previous = Actor(session_id=before.id), before.device.label
    return build_event(
        deps, before.user_id, kind, client, now, session_id=before.id, actor=actor, previous_device=previous
    )


async def record_revocations(
    deps: Dependencies,
    repositories: Repositories,
    current: SessionRecord,
    revoked: Sequence[UUID],
    client: ClientInfo,
    now: datetime,
) -> None:
    """Write the events of sessions that the session `current` revoked."""
    actor = Actor(session_id=current.id)
    events = revocation_events(deps, current.user_id, revoked, client, now, actor, sent_by=current)
    await repositories.events.add_many(events)


def revocation_events(
    deps: Dependencies,
    user_id: UUID,
    revoked: Sequence[UUID],
    client: ClientInfo,
    now: datetime,
    actor: Actor,
    *,
    sent_by: SessionRecord | None = None,
) -> list[EventRecord]:
    """Build the events of several revoked sessions: one per session, then one for the account."""

    def build(kind: EventKind, session_id: UUID | None) -> EventRecord:
        return build_event(deps, user_id, kind, client, now, session_id=session_id, actor=actor, sent_by=sent_by)

    return [
        *(build(EventKind.SESSION_REVOKED, session_id) for session_id in revoked),
        build(EventKind.SESSIONS_REVOKED, None),
    ]


async def list_events(
    deps: Dependencies,
    user_id: UUID,
    kinds: frozenset[EventKind] | None,
    page: Page,
) -> Slice[EventRecord]:
    """Return a page of the user's events, newest first. `kinds` of None means all kinds."""
    async with deps.storage.reading() as repositories:
        found = await repositories.events.list(user_id, kinds, page.one_more())
    return slice_page(found, page)


async def count_events(deps: Dependencies, user_id: UUID, kinds: frozenset[EventKind] | None) -> int:
    """Count the user's events of these kinds, on all pages."""
    async with deps.storage.reading() as repositories:
        return await repositories.events.count(user_id, kinds)


async def list_session_events(
    deps: Dependencies, user_id: UUID, session_ids: Collection[UUID], page: Page
) -> Mapping[UUID, Slice[EventRecord]]:
    """Return the same page of the events of several sessions, with one SQL statement."""
    async with deps.storage.reading() as repositories:
        found = await repositories.events.list_by_session(user_id, session_ids, page.one_more())
    return {session_id: slice_page(events, page) for session_id, events in found.items()}


async def count_session_events(deps: Dependencies, user_id: UUID, session_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """Count the events of each session, with one SQL statement."""
    async with deps.storage.reading() as repositories:
        return await repositories.events.count_by_session(user_id, session_ids)


async def find_events(deps: Dependencies, user_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, EventRecord]:
    """Return the events with these IDs that belong to the user, by ID."""
    async with deps.storage.reading() as repositories:
        return await repositories.events.find_many(user_id, ids)


def event_cursor(event: EventRecord) -> str:
    """Return the cursor of an event in a list of events."""
    return encode_cursor("event", Position(event.occurred_at, event.id))
