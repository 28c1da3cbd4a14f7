"""What happened to an account: written by the resolvers that make it happen, read by its owner."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.user_agent import describe
from sessionql.resolvers.requester import ClientInfo
from sessionql.resolvers.values.cursors import encode_cursor
from sessionql.resolvers.values.paging import Slice, cut
from sessionql.storage import Repositories
from sessionql.storage.filters import Page, Position
from sessionql.storage.records import EventKind, EventRecord, SessionRecord


def build_event(
    deps: Dependencies,
    user_id: UUID,
    kind: EventKind,
    client: ClientInfo,
    now: datetime,
    *,
    session_id: UUID | None = None,
    actor_id: UUID | None = None,
    actor_name: str | None = None,
) -> EventRecord:
    """An event to write in the transaction that makes it true.

    `session_id` is the session it happened to; `actor_id` the session that asked for it, or
    `actor_name` the service or operator.
    """
    return EventRecord(
        user_id=user_id,
        id=deps.new_id(),
        kind=kind,
        occurred_at=now,
        ip_address=client.ip_address,
        device=describe(client.user_agent, client.hints).label,
        session_id=session_id,
        actor_id=actor_id,
        actor_name=actor_name,
    )


async def record_event(
    deps: Dependencies,
    repositories: Repositories,
    session: SessionRecord,
    kind: EventKind,
    client: ClientInfo,
    now: datetime,
    actor: UUID | None = None,
) -> None:
    """Write an event about the session, asked for by `actor` or by itself."""
    actor_id = actor or session.id
    happened = build_event(deps, session.user_id, kind, client, now, session_id=session.id, actor_id=actor_id)
    await repositories.events.add(happened)


async def record_revocations(
    deps: Dependencies,
    repositories: Repositories,
    current: SessionRecord,
    ended: Sequence[UUID],
    client: ClientInfo,
    now: datetime,
) -> None:
    """Write that `current` ended several sessions."""
    happened = revocation_events(deps, current.user_id, ended, client, now, actor_id=current.id)
    await repositories.events.add_many(happened)


def revocation_events(
    deps: Dependencies,
    user_id: UUID,
    ended: Sequence[UUID],
    client: ClientInfo,
    now: datetime,
    **actor: Any,
) -> list[EventRecord]:
    """That several sessions were ended: once for each of them, once for the account. `actor` as in `event`."""

    def happened(kind: EventKind, session_id: UUID | None) -> EventRecord:
        return build_event(deps, user_id, kind, client, now, session_id=session_id, **actor)

    each = [happened(EventKind.SESSION_REVOKED, session_id) for session_id in ended]
    return [*each, happened(EventKind.SESSIONS_REVOKED, None)]


async def list_events(
    deps: Dependencies,
    user_id: UUID,
    kinds: frozenset[EventKind] | None,
    page: Page,
) -> Slice[EventRecord]:
    """A page of what happened to the user, newest first."""
    async with deps.storage.reading() as repositories:
        found = await repositories.events.list(user_id, kinds, page.one_more())
    return cut(found, page)


async def count_events(deps: Dependencies, user_id: UUID, kinds: frozenset[EventKind] | None) -> int:
    """How many events there are on all pages together."""
    async with deps.storage.reading() as repositories:
        return await repositories.events.count(user_id, kinds)


async def list_session_events(
    deps: Dependencies, user_id: UUID, session_ids: Collection[UUID], page: Page
) -> Mapping[UUID, Slice[EventRecord]]:
    """The same page of the events of several sessions, with one statement."""
    async with deps.storage.reading() as repositories:
        found = await repositories.events.list_by_session(user_id, session_ids, page.one_more())
    return {session_id: cut(events, page) for session_id, events in found.items()}


async def count_session_events(deps: Dependencies, user_id: UUID, session_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How many events each of the sessions has, with one statement."""
    async with deps.storage.reading() as repositories:
        return await repositories.events.count_by_session(user_id, session_ids)


async def find_events(deps: Dependencies, user_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, EventRecord]:
    """Those of the events that are the user's, by id."""
    async with deps.storage.reading() as repositories:
        return await repositories.events.find_many(user_id, ids)


def event_cursor(event: EventRecord) -> str:
    """The event's cursor in a list of events."""
    return encode_cursor("event", Position(event.occurred_at, event.id))
