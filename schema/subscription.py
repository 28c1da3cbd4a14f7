"""The root type `Subscription`."""

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
    is_current: bool = strawberry.field(
        description="Whether this is the session of the subscription, so that this client is now logged out."
    )


@strawberry.type(
    description="The root of all subscriptions, over `graphql-transport-ws` or server-sent events. A subscription "
    "ends when its own session ends."
)
class Subscription:
    @strawberry.subscription(
        description="The sessions of the caller that are revoked. The revocation of the current session is "
        "the last event."
    )
    async def session_revoked(self, info: Info) -> AsyncGenerator[SessionRevokedEvent, None]:
        # Authentication errors are raised here, before the stream starts.
        return _revoked_sessions(info.context, info.context.require())

    @strawberry.subscription(description="The security events of the caller, when they occur.")
    async def security_event(
        self, info: Info, kinds: EventKinds = strawberry.UNSET
    ) -> AsyncGenerator[SecurityEvent, None]:
        wanted = unset_to_none(kinds)
        return _security_events(info.context, info.context.require(), None if wanted is None else frozenset(wanted))


async def _revoked_sessions(context: Context, requester: Requester) -> AsyncGenerator[SessionRevokedEvent, None]:
    async with aclosing(revoked_sessions(context.deps, requester)) as revoked:
        async for session in revoked:
            context.reset_loaders()
            revoked_session = session_from_record(context, session, requester.session.id)
            yield SessionRevokedEvent(session=revoked_session, is_current=revoked_session.is_current)


async def _security_events(
    context: Context, requester: Requester, kinds: frozenset[EventKind] | None
) -> AsyncGenerator[SecurityEvent, None]:
    to_session = partial(session_from_record, context, viewer=requester.session.id)
    async with aclosing(security_events(context.deps, requester, kinds)) as events:
        async for event in events:
            context.reset_loaders()
            yield event_from_record(event, to_session)
