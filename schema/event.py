"""The types `SecurityEvent` and `SecurityEventConnection`."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from sessionql.resolvers.events import event_cursor
from sessionql.resolvers.values.paging import Slice
from sessionql.schema.context import Info
from sessionql.schema.enums import EventKind
from sessionql.schema.node import Connection, Node, page_info
from sessionql.schema.scalars import IPAddress
from sessionql.storage.filters import Page
from sessionql.storage.records import EventRecord, SessionRecord

if TYPE_CHECKING:
    from sessionql.schema.session import Session

LazySession = Annotated["Session", strawberry.lazy("sessionql.schema.session")]

SessionFromRecord = Callable[[SessionRecord], "Session"]
"""Converts a session record. A parameter, because the modules of events and sessions refer to each other."""


@strawberry.type(description="A security event of the caller's account. It outlives its session.")
class SecurityEvent(Node):
    id: strawberry.ID = strawberry.field(description="The globally unique, opaque ID of the event.")
    kind: EventKind = strawberry.field(description="The kind of the event.")
    occurred_at: datetime = strawberry.field(description="When the event occurred, for the first time.")
    count: int = strawberry.field(
        description="How often the event occurred: failed log-ins from one network, and other events that a client can "
        "repeat at will, are one event with a count when they are equal and occur within an hour."
    )
    last_occurred_at: datetime = strawberry.field(description="When the event occurred for the last time.")
    ip_address: IPAddress | None = strawberry.field(
        description="The address of the client; null when it is not recorded."
    )
    device: str = strawberry.field(description="The device of the client, as a short name to show.")
    previous_device: str | None = strawberry.field(
        description="The device that used the session before, for the kinds `DEVICE_CHANGED` and "
        "`REFRESH_TOKEN_USED_ELSEWHERE`; null for others."
    )
    actor_name: str | None = strawberry.field(
        description="The service or operator that caused the event; null when a user or an unauthenticated "
        "client caused it."
    )
    record: strawberry.Private[EventRecord]
    to_session: strawberry.Private[SessionFromRecord]

    @strawberry.field(
        description="The session that the event concerns; null when it concerns none, or the session was deleted."
    )
    async def session(self, info: Info) -> LazySession | None:
        return await self._find(info, self.record.session_id)

    @strawberry.field(
        description="The session of the user that caused the event; null when no session did, or the "
        "session was deleted."
    )
    async def actor(self, info: Info) -> LazySession | None:
        return await self._find(info, self.record.actor_id)

    async def _find(self, info: Info, session_id: UUID | None) -> "Session | None":
        if session_id is None:
            return None
        session = await info.context.loaders.sessions.load((self.record.user_id, session_id))
        return None if session is None else self.to_session(session)


@strawberry.type(description="A security event and its cursor.")
class SecurityEventEdge:
    cursor: str = strawberry.field(description="The opaque cursor of the event.")
    node: SecurityEvent = strawberry.field(description="The event.")


@strawberry.type(description="A page of security events.")
class SecurityEventConnection(Connection):
    edges: list[SecurityEventEdge] = strawberry.field(description="The events of this page, with their cursors.")
    nodes: list[SecurityEvent] = strawberry.field(description="The events of this page.")


def event_from_record(event: EventRecord, to_session: SessionFromRecord) -> SecurityEvent:
    """Convert an event; `to_session` converts the sessions that it refers to."""
    return SecurityEvent(
        id=strawberry.ID(str(event.id)),
        kind=event.kind,
        occurred_at=event.occurred_at,
        count=event.count,
        last_occurred_at=event.repeated_at or event.occurred_at,
        ip_address=None if event.ip_address is None else IPAddress(event.ip_address),
        device=event.device,
        previous_device=event.previous_device,
        actor_name=event.actor_name,
        record=event,
        to_session=to_session,
    )


def event_connection(
    slice_: Slice[EventRecord],
    to_session: SessionFromRecord,
    read: Callable[[Page], Awaitable[Slice[EventRecord]]],
    count: Callable[[], Awaitable[int]],
) -> SecurityEventConnection:
    """Convert a page of events. `read` and `count` query the same list again, only for fields that need it."""
    nodes = [event_from_record(event, to_session) for event in slice_.items]
    return SecurityEventConnection(
        edges=[SecurityEventEdge(cursor=event_cursor(node.record), node=node) for node in nodes],
        nodes=nodes,
        page_info=page_info(slice_, event_cursor, "event", read),
        count=count,
    )
