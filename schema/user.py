"""The type `User` and the statistics of sessions."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry

from sessionql.resolvers import events, sessions
from sessionql.resolvers.values.paging import Slice
from sessionql.schema.arguments import (
    EventKinds,
    EventsAfter,
    EventsBefore,
    EventsFirst,
    EventsLast,
    SessionsAfter,
    SessionsBefore,
    SessionsFirst,
    SessionsLast,
)
from sessionql.schema.context import Context, Info
from sessionql.schema.enums import DeviceKind
from sessionql.schema.event import SecurityEventConnection, event_connection
from sessionql.schema.inputs import SessionFilter, SessionOrder
from sessionql.schema.node import Node, page_of, unset_to_none
from sessionql.schema.session import Session, SessionConnection, session_connection, session_from_record
from sessionql.storage.filters import Page
from sessionql.storage.records import EventRecord, SessionRecord, UserRecord

FilterArgument = Annotated[SessionFilter | None, strawberry.argument(description="The sessions to list.")]
OrderArgument = Annotated[SessionOrder | None, strawberry.argument(description="The order of the sessions.")]


@strawberry.type(description="The number of sessions on one kind of device.")
class DeviceKindCount:
    kind: DeviceKind = strawberry.field(description="The kind of device.")
    count: int = strawberry.field(description="The number of sessions.")


@strawberry.type(description="Statistics about the active sessions of a user.")
class SessionStats:
    total_count: int = strawberry.field(description="The number of active sessions.")
    by_device_kind: list[DeviceKindCount] = strawberry.field(
        description="The number of active sessions on each kind of device, largest first, without "
        "kinds that have no session."
    )
    active_today: int = strawberry.field(
        description="The number of active sessions that were used in the last 24 hours."
    )
    oldest_created_at: datetime | None = strawberry.field(
        description="When the oldest active session was created; null when no session is active."
    )


@strawberry.type(description="A user, with an account.")
class User(Node):
    id: strawberry.ID = strawberry.field(description="The globally unique, opaque ID of the user.")
    email: str | None = strawberry.field(
        description="The e-mail address of the account; null for users of an external service."
    )
    subject: str | None = strawberry.field(
        description="The identifier of the user at the external service; null for users who log in here."
    )
    created_at: datetime = strawberry.field(description="When the account was created.")
    last_login: datetime | None = strawberry.field(
        description="When the user last logged in; null before the first log-in."
    )
    current_session: Session | None = strawberry.field(description="The session of this request.")
    owner: strawberry.Private[UUID]
    viewer: strawberry.Private[UUID | None]

    @strawberry.field(description="The sessions of the user, in pages.")
    async def sessions(
        self,
        info: Info,
        filter: FilterArgument = strawberry.UNSET,  # noqa: A002 - the contract's name
        order_by: OrderArgument = strawberry.UNSET,
        first: SessionsFirst = strawberry.UNSET,
        after: SessionsAfter = strawberry.UNSET,
        last: SessionsLast = strawberry.UNSET,
        before: SessionsBefore = strawberry.UNSET,
    ) -> SessionConnection:
        deps = info.context.deps
        filter_ = (unset_to_none(filter) or SessionFilter()).to_filter()
        sessions.check_filter(filter_)
        order = (unset_to_none(order_by) or SessionOrder()).to_order()

        async def read(page: Page) -> Slice[SessionRecord]:
            return await sessions.list_sessions(deps, self.owner, filter_, order, page)

        async def count() -> int:
            return await sessions.count_sessions(deps, self.owner, filter_)

        page = page_of(order.field, first, after, last, before, max_size=deps.policy.list_size)
        slice_ = await read(page)
        return session_connection(info.context, slice_, order.field, self.viewer, read, count)

    @strawberry.field(description="Statistics about the active sessions of the user.")
    async def session_stats(self, info: Info) -> SessionStats:
        stats = await sessions.session_stats(info.context.deps, self.owner)
        largest_first = sorted(stats.by_kind.items(), key=lambda entry: (-entry[1], entry[0]))
        return SessionStats(
            total_count=sum(stats.by_kind.values()),
            by_device_kind=[DeviceKindCount(kind=kind, count=number) for kind, number in largest_first],
            active_today=stats.active_since,
            oldest_created_at=stats.oldest_created_at,
        )

    @strawberry.field(description="The security events of the user, newest first.")
    async def security_events(
        self,
        info: Info,
        kinds: EventKinds = strawberry.UNSET,
        first: EventsFirst = strawberry.UNSET,
        after: EventsAfter = strawberry.UNSET,
        last: EventsLast = strawberry.UNSET,
        before: EventsBefore = strawberry.UNSET,
    ) -> SecurityEventConnection:
        deps, only = info.context.deps, unset_to_none(kinds)
        selected = None if only is None else frozenset(only)

        async def read(page: Page) -> Slice[EventRecord]:
            return await events.list_events(deps, self.owner, selected, page)

        async def count() -> int:
            return await events.count_events(deps, self.owner, selected)

        page = page_of("event", first, after, last, before, max_size=deps.policy.list_size)
        slice_ = await read(page)
        return event_connection(slice_, partial(session_from_record, info.context, viewer=self.viewer), read, count)


def user_from_record(context: Context, user: UserRecord, current: SessionRecord) -> User:
    """Convert the user of the current session."""
    return User(
        id=strawberry.ID(str(user.id)),
        email=user.email,
        subject=user.subject,
        created_at=user.created_at,
        last_login=user.last_login,
        current_session=session_from_record(context, current, current.id),
        owner=user.id,
        viewer=current.id,
    )
