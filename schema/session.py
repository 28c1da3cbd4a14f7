"""The types `Session` and `SessionConnection`."""

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
from sessionql.schema.node import Connection, Node, page_info, page_of
from sessionql.schema.scalars import IPAddress
from sessionql.storage.filters import Page, SessionOrderField
from sessionql.storage.records import Device, EventRecord, SessionRecord


@strawberry.type(description="The device of a session, derived from its User-Agent string and Client Hints.")
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


@strawberry.type(description="The approximate location of an address, from the operator's GeoIP database.")
class Location:
    label: str = strawberry.field(description="A short name to show, e.g. `Lisbon, Portugal`.")
    city: str | None = strawberry.field(description="The city's name in English; null when unknown.")
    country: str | None = strawberry.field(description="The country's name in English; null when unknown.")
    country_code: str | None = strawberry.field(description="The country's ISO 3166-1 alpha-2 code; null when unknown.")


@strawberry.type(description="One log-in of a user on one device.")
class Session(Node):
    id: strawberry.ID = strawberry.field(description="The globally unique, opaque ID of the session.")
    is_current: bool = strawberry.field(description="Whether this is the session of this request.")
    state: SessionState = strawberry.field(description="The state of the session.")
    name: str | None = strawberry.field(description="The name that the user gave the session; null when it has none.")
    device: str = strawberry.field(
        description="The device as a short name to show, e.g. `Firefox on Ubuntu` or `iPhone`; "
        "`Unknown device` when it is unknown."
    )
    device_info: DeviceInfo = strawberry.field(
        description="Details of the device, from its User-Agent string and Client Hints."
    )
    user_agent: str | None = strawberry.field(
        description="The User-Agent string of the session's client; null when none was sent."
    )
    ip_address: IPAddress | None = strawberry.field(
        description="The address from which the session was last used; null when it is not recorded."
    )
    created_at: datetime = strawberry.field(description="When the user logged in.")
    last_active: datetime = strawberry.field(description="When the session was last used, accurate to a minute.")
    expires_at: datetime = strawberry.field(description="When the session expires if it is not used again.")
    revoked_at: datetime | None = strawberry.field(
        description="When the session was revoked; null unless `state` is `REVOKED`."
    )
    revocation_reason: RevocationReason | None = strawberry.field(
        description="Why the session was revoked; null unless `state` is `REVOKED`."
    )
    record: strawberry.Private[SessionRecord]
    viewer: strawberry.Private[UUID | None]

    @strawberry.field(
        description="The approximate location of `ipAddress`; null when it is unknown or no GeoIP database "
        "is configured."
    )
    def location(self, info: Info) -> Location | None:
        location = info.context.deps.locations.find(self.record.ip_address)
        if location is None:
            return None
        return Location(
            label=location.label, city=location.city, country=location.country, country_code=location.country_code
        )

    @strawberry.field(description="The security events of this session, newest first.")
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
            slice_ = await loaders.event_pages.load(((owner, page), self.record.id))
            return slice_ or Slice((), page, has_more=False)

        async def count() -> int:
            return await loaders.event_counts.load((owner, self.record.id)) or 0

        max_size = info.context.deps.policy.list_size
        slice_ = await read(page_of("event", first, after, last, before, max_size=max_size))
        return event_connection(slice_, partial(session_from_record, info.context, viewer=self.viewer), read, count)


@strawberry.type(description="A session and its cursor.")
class SessionEdge:
    cursor: str = strawberry.field(description="The opaque cursor of the session.")
    node: Session = strawberry.field(description="The session.")


@strawberry.type(description="A page of sessions.")
class SessionConnection(Connection):
    edges: list[SessionEdge] = strawberry.field(description="The sessions of this page, with their cursors.")
    nodes: list[Session] = strawberry.field(description="The sessions of this page.")


def session_from_record(context: Context, session: SessionRecord, viewer: UUID | None) -> Session:
    """Convert a session. `viewer` is the id of the session of the request, or None for services."""
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
    """Convert a page of sessions. `read` and `count` query the same list again, only for fields that need it."""

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
