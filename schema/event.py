"""Security events and their connections."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from sessionql.resolvers.events import event_cursor
from sessionql.resolvers.values.paging import Slice
from sessionql.schema.context import Info
from sessionql.schema.enums import EventKind
from sessionql.schema.node import Node, PageInfo, page_info
from sessionql.schema.scalars import IPAddress
from sessionql.storage.filters import Page
from sessionql.storage.records import EventRecord, SessionRecord

if TYPE_CHECKING:
    from sessionql.schema.session import Session

LazySession = Annotated["Session", strawberry.lazy("sessionql.schema.session")]

SessionFromRecord = Callable[[SessionRecord], "Session"]
"""How a session is dressed: handed down, for events and sessions refer to each other."""


@strawberry.type(
    description="Something that happened to the caller's account. Kept even after its session is forgotten."
)
class SecurityEvent(Node):
    id: strawberry.ID = strawberry.field(description="The globally unique, opaque ID of the event.")
    kind: EventKind = strawberry.field(description="What happened.")
    occurred_at: datetime = strawberry.field(description="When it happened.")
    ip_address: IPAddress | None = strawberry.field(
        description="The address the request came from; null when it is not recorded."
    )
    device: str = strawberry.field(description="The device the request came from, as a short name to show.")
    actor_name: str | None = strawberry.field(
        description="The service or operator that did it; null when the user did, or somebody who was not logged in."
    )
    record: strawberry.Private[EventRecord]
    show: strawberry.Private[SessionFromRecord]

    @strawberry.field(description="The session it happened to; null when there was none or it is forgotten.")
    async def session(self, info: Info) -> LazySession | None:
        return await self._find(info, self.record.session_id)

    @strawberry.field(description="The session that asked for it; null when nobody was logged in.")
    async def actor(self, info: Info) -> LazySession | None:
        return await self._find(info, self.record.actor_id)

    async def _find(self, info: Info, session_id: UUID | None) -> "Session | None":
        if session_id is None:
            return None
        found = await info.context.loaders.sessions.load((self.record.user_id, session_id))
        return None if found is None else self.show(found)


@strawberry.type(description="A security event and its cursor.")
class SecurityEventEdge:
    cursor: str = strawberry.field(description="The opaque cursor of the event.")
    node: SecurityEvent = strawberry.field(description="The event.")


@strawberry.type(description="A page of security events.")
class SecurityEventConnection:
    edges: list[SecurityEventEdge] = strawberry.field(description="The events of this page, with their cursors.")
    nodes: list[SecurityEvent] = strawberry.field(description="The events of this page.")
    page_info: PageInfo = strawberry.field(description="Which page this is.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many events there are on all pages together.")
    async def total_count(self) -> int:
        return await self.count()


def event_from_record(event: EventRecord, show: SessionFromRecord) -> SecurityEvent:
    """An event as its owner sees it, with `show` for the sessions it names."""
    return SecurityEvent(
        id=strawberry.ID(str(event.id)),
        kind=event.kind,
        occurred_at=event.occurred_at,
        ip_address=None if event.ip_address is None else IPAddress(event.ip_address),
        device=event.device,
        actor_name=event.actor_name,
        record=event,
        show=show,
    )


def event_connection(
    slice_: Slice[EventRecord],
    show: SessionFromRecord,
    read: Callable[[Page], Awaitable[Slice[EventRecord]]],
    count: Callable[[], Awaitable[int]],
) -> SecurityEventConnection:
    """A page of events; `read` and `count` look at the same list again when asked to."""
    nodes = [event_from_record(event, show) for event in slice_.items]
    return SecurityEventConnection(
        edges=[SecurityEventEdge(cursor=event_cursor(node.record), node=node) for node in nodes],
        nodes=nodes,
        page_info=page_info(slice_, event_cursor, "event", read),
        count=count,
    )
