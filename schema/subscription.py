"""What can be watched."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

import strawberry

from sessionql.resolvers.requester import Requester
from sessionql.resolvers.subscriptions import revoked_sessions, security_events
from sessionql.schema.arguments import EventKinds
from sessionql.schema.context import Context, Info
from sessionql.schema.event import SecurityEvent, event_from_record
from sessionql.schema.node import unset_to_none
from sessionql.schema.session import Session, session_from_record
from sessionql.storage.records import EventKind


@strawberry.type(description="A session was revoked.")
class SessionRevokedEvent:
    session: Session = strawberry.field(description="The session, in its state `REVOKED`.")
    is_current: bool = strawberry.field(description="True when the revoked session is the one watching: log out now.")


@strawberry.type(
    description="What can be watched, over `graphql-transport-ws` or server-sent events. A subscription "
    "ends when its own session is revoked."
)
class Subscription:
    @strawberry.subscription(
        description="The caller's sessions, each time one is revoked — the current one included, as the last event."
    )
    async def session_revoked(self, info: Info) -> AsyncGenerator[SessionRevokedEvent, None]:
        # Whoever may not watch is told before anything begins.
        return _revoked(info.context, info.context.require())

    @strawberry.subscription(description="The caller's security events as they happen.")
    async def security_event(
        self, info: Info, kinds: EventKinds = strawberry.UNSET
    ) -> AsyncGenerator[SecurityEvent, None]:
        wanted = unset_to_none(kinds)
        return _happened(info.context, info.context.require(), None if wanted is None else frozenset(wanted))


async def _revoked(context: Context, requester: Requester) -> AsyncGenerator[SessionRevokedEvent, None]:
    async with aclosing(revoked_sessions(context.deps, requester)) as revoked:
        async for session in revoked:
            context.reset_loaders()
            dressed = session_from_record(context, session, requester.session.id)
            yield SessionRevokedEvent(session=dressed, is_current=dressed.is_current)


async def _happened(
    context: Context, requester: Requester, kinds: frozenset[EventKind] | None
) -> AsyncGenerator[SecurityEvent, None]:
    show = partial(session_from_record, context, viewer=requester.session.id)
    async with aclosing(security_events(context.deps, requester, kinds)) as events:
        async for event in events:
            context.reset_loaders()
            yield event_from_record(event, show)
