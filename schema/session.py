"""Sessions as their user sees them, one by one and in pages."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from uuid import UUID

import strawberry

from sessionql.resolvers.sessions import cursor_of
from sessionql.resolvers.values.paging import Slice
from sessionql.schema.arguments import (
    EventsAfter,
    EventsBefore,
    EventsFirst,
    EventsLast,
)
from sessionql.schema.context import Context, Info
from sessionql.schema.enums import DeviceKind, RevocationReason, SessionState
from sessionql.schema.event import SecurityEventConnection, event_connection
from sessionql.schema.node import Node, PageInfo, page_info, page_of
from sessionql.schema.scalars import IPAddress
from sessionql.storage.filters import Page, SessionOrderField
from sessionql.storage.records import Device, EventRecord, SessionRecord


@strawberry.type(description="What a session's device is, as far as its User-Agent string and Client Hints tell.")
class DeviceInfo:
    kind: DeviceKind = strawberry.field(description="The kind of device.")
    browser: str | None = strawberry.field(description="The browser or app, e.g. `Firefox`; null when unknown.")
    browser_version: str | None = strawberry.field(
        description="The browser's or app's version, e.g. `128.0`; null when unknown."
    )
    os: str | None = strawberry.field(description="The operating system, e.g. `Windows`; null when unknown.")
    os_version: str | None = strawberry.field(
        description="The operating system's version, e.g. `11`; null when unknown."
    )
    model: str | None = strawberry.field(description="The device's model, e.g. `Pixel 8`; null when unknown.")


@strawberry.type(description="Roughly where an address is, from the operator's GeoIP database.")
class Location:
    label: str = strawberry.field(description="A short name to show, e.g. `Lisbon, Portugal`.")
    city: str | None = strawberry.field(description="The city's name in English; null when unknown.")
    country: str | None = strawberry.field(description="The country's name in English; null when unknown.")
    country_code: str | None = strawberry.field(description="The country's ISO 3166-1 alpha-2 code; null when unknown.")


@strawberry.type(description="One log-in of the caller on one device.")
class Session(Node):
    id: strawberry.ID = strawberry.field(description="The globally unique, opaque ID of the session.")
    is_current: bool = strawberry.field(description="True when this is the session that made this request.")
    state: SessionState = strawberry.field(description="Where the session is in its life.")
    name: str | None = strawberry.field(description="The name the user gave the session; null when they gave none.")
    device: str = strawberry.field(
        description="The session's device as a short name to show, e.g. `Firefox on Ubuntu` or "
        "`iPhone`; `Unknown device` when nothing is known."
    )
    device_info: DeviceInfo = strawberry.field(
        description="What else is known of the device, from its User-Agent and Client Hints."
    )
    user_agent: str | None = strawberry.field(
        description="The User-Agent string of the session's client; null when none was sent."
    )
    ip_address: IPAddress | None = strawberry.field(
        description="The address the session was last used from; null when it is not recorded."
    )
    created_at: datetime = strawberry.field(description="When the user logged in.")
    last_active: datetime = strawberry.field(description="When the session was last used, to the minute.")
    expires_at: datetime = strawberry.field(description="When the session ends unless it is used before.")
    revoked_at: datetime | None = strawberry.field(
        description="When the session was revoked; null unless `state` is `REVOKED`."
    )
    revocation_reason: RevocationReason | None = strawberry.field(
        description="Why the session was revoked; null unless `state` is `REVOKED`."
    )
    record: strawberry.Private[SessionRecord]
    viewer: strawberry.Private[UUID | None]

    @strawberry.field(
        description="Roughly where `ipAddress` is; null when it is unknown or no GeoIP database is configured."
    )
    def location(self, info: Info) -> Location | None:
        found = info.context.deps.locations.find(self.record.ip_address)
        if found is None:
            return None
        return Location(label=found.label, city=found.city, country=found.country, country_code=found.country_code)

    @strawberry.field(description="What happened to this session, newest first.")
    async def events(
        self,
        info: Info,
        first: EventsFirst = strawberry.UNSET,
        after: EventsAfter = strawberry.UNSET,
        last: EventsLast = strawberry.UNSET,
        before: EventsBefore = strawberry.UNSET,
    ) -> SecurityEventConnection:
        loaders, owner = info.context.loaders, self.record.user_id

        async def read(page: Page) -> Slice[EventRecord]:
            found = await loaders.event_pages.load(((owner, page), self.record.id))
            return found or Slice((), page, has_more=False)

        async def count() -> int:
            return await loaders.event_counts.load((owner, self.record.id)) or 0

        most = info.context.deps.policy.list_size
        slice_ = await read(page_of("event", first, after, last, before, most=most))
        return event_connection(slice_, partial(session_from_record, info.context, viewer=self.viewer), read, count)


@strawberry.type(description="A session and its cursor.")
class SessionEdge:
    cursor: str = strawberry.field(description="The opaque cursor of the session.")
    node: Session = strawberry.field(description="The session.")


@strawberry.type(description="A page of sessions.")
class SessionConnection:
    edges: list[SessionEdge] = strawberry.field(description="The sessions of this page, with their cursors.")
    nodes: list[Session] = strawberry.field(description="The sessions of this page.")
    page_info: PageInfo = strawberry.field(description="Which page this is.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many sessions there are on all pages together.")
    async def total_count(self) -> int:
        return await self.count()


def session_from_record(context: Context, session: SessionRecord, viewer: UUID | None) -> Session:
    """A session as its owner sees it, asking with the session `viewer`."""
    lifetimes, now = context.deps.storage.lifetimes, context.deps.clock()
    return Session(
        id=strawberry.ID(str(session.id)),
        is_current=session.id == viewer,
        state=lifetimes.state(session, now),
        name=session.name,
        device=session.device.label,
        device_info=_device_from_record(session.device),
        user_agent=session.user_agent,
        ip_address=None if session.ip_address is None else IPAddress(session.ip_address),
        created_at=session.created_at,
        last_active=session.last_active,
        expires_at=lifetimes.expires_at(session),
        revoked_at=session.revoked_at,
        revocation_reason=session.revocation_reason,
        record=session,
        viewer=viewer,
    )


def session_connection(
    context: Context,
    slice_: Slice[SessionRecord],
    field: SessionOrderField,
    viewer: UUID | None,
    read: Callable[[Page], Awaitable[Slice[SessionRecord]]],
    count: Callable[[], Awaitable[int]],
) -> SessionConnection:
    """A page of sessions; `read` and `count` look at the same list again when asked to."""

    def cursor(session: SessionRecord) -> str:
        return cursor_of(session, field)

    nodes = [session_from_record(context, session, viewer) for session in slice_.items]
    return SessionConnection(
        edges=[SessionEdge(cursor=cursor(node.record), node=node) for node in nodes],
        nodes=nodes,
        page_info=page_info(slice_, cursor, field, read),
        count=count,
    )


def _device_from_record(device: Device) -> DeviceInfo:
    return DeviceInfo(
        kind=device.kind,
        browser=device.browser,
        browser_version=device.browser_version,
        os=device.os,
        os_version=device.os_version,
        model=device.model,
    )
