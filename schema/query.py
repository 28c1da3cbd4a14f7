"""The root type `Query` of the schema for users."""

from functools import partial
from typing import Annotated

import strawberry

from sessionql.resolvers import accounts, sessions
from sessionql.resolvers.nodes import find_nodes
from sessionql.resolvers.requester import Requester
from sessionql.resolvers.values.ids import parse_id
from sessionql.schema.arguments import SessionId
from sessionql.schema.context import Context, Info
from sessionql.schema.event import event_from_record
from sessionql.schema.node import Node
from sessionql.schema.session import Session, session_from_record
from sessionql.schema.user import User, user_from_record
from sessionql.storage.records import EventRecord, SessionRecord, UserRecord

ObjectId = Annotated[strawberry.ID, strawberry.argument(description="The ID of the object.")]
ObjectIds = Annotated[list[strawberry.ID], strawberry.argument(description="The IDs of the objects.")]


@strawberry.type(description="The root of all queries.")
class Query:
    @strawberry.field(description="The user of the current session; null without a session.")
    async def me(self, info: Info) -> User | None:
        requester = info.context.optional()
        if requester is None:
            return None
        user = await accounts.current_user(info.context.deps, requester)
        return None if user is None else user_from_record(info.context, user, requester.session)

    @strawberry.field(
        description="The caller's active sessions, most recently used first: a list of at most 100. "
        "`me.sessions` has pages, filters and counts."
    )
    async def my_sessions(self, info: Info) -> list[Session]:
        context, requester = info.context, info.context.require()
        found = await sessions.my_sessions(context.deps, requester)
        return [session_from_record(context, session, requester.session.id) for session in found]

    @strawberry.field(description="A session of the caller; null when the caller has no session with this ID.")
    async def session(self, info: Info, id: SessionId) -> Session | None:  # noqa: A002
        context, requester = info.context, info.context.require()
        wanted = parse_id(id)
        if wanted is None:
            return None
        found = await context.loaders.sessions.load((requester.user_id, wanted))
        return None if found is None else session_from_record(context, found, requester.session.id)

    @strawberry.field(
        description="An object of the caller by its ID (Relay); null when the caller has no object with this ID."
    )
    async def node(self, info: Info, id: ObjectId) -> Node | None:  # noqa: A002
        context, requester = info.context, info.context.require()
        (found,) = await find_nodes(context.deps, requester, [id])
        return _node_from_record(context, found, requester)

    @strawberry.field(
        description="Objects of the caller by their IDs, in the same order, at most 100 unless set otherwise; null for "
        "an ID of which the caller has no object."
    )
    async def nodes(self, info: Info, ids: ObjectIds) -> list[Node | None]:
        context, requester = info.context, info.context.require()
        found = await find_nodes(context.deps, requester, ids)
        return [_node_from_record(context, record, requester) for record in found]


def _node_from_record(
    context: Context, record: UserRecord | SessionRecord | EventRecord | None, requester: Requester
) -> Node | None:
    viewer = requester.session
    match record:
        case UserRecord():
            return user_from_record(context, record, viewer)
        case SessionRecord():
            return session_from_record(context, record, viewer.id)
        case EventRecord():
            return event_from_record(record, partial(session_from_record, context, viewer=viewer.id))
        case None:
            return None
