"""What can be asked."""

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


@strawberry.type(description="What can be asked.")
class Query:
    @strawberry.field(description="The person signed in; null when nobody is.")
    async def me(self, info: Info) -> User | None:
        requester = info.context.optional()
        if requester is None:
            return None
        user = await accounts.current_user(info.context.deps, requester)
        return None if user is None else user_from_record(info.context, user, requester.session)

    @strawberry.field(
        description="The caller's active sessions, most recently used first: a plain list of at "
        "most 100. `me.sessions` has pages, filters and counts."
    )
    async def my_sessions(self, info: Info) -> list[Session]:
        context, requester = info.context, info.context.require()
        found = await sessions.my_sessions(context.deps, requester)
        return [session_from_record(context, session, requester.session.id) for session in found]

    @strawberry.field(description="One of the caller's sessions; null when no such session is the caller's.")
    async def session(self, info: Info, id: SessionId) -> Session | None:  # noqa: A002
        context, requester = info.context, info.context.require()
        wanted = parse_id(id)
        if wanted is None:
            return None
        found = await context.loaders.sessions.load((requester.user_id, wanted))
        return None if found is None else session_from_record(context, found, requester.session.id)

    @strawberry.field(description="Any object by its ID; null when there is none the caller may see (Relay).")
    async def node(self, info: Info, id: ObjectId) -> Node | None:  # noqa: A002
        context, requester = info.context, info.context.require()
        (found,) = await find_nodes(context.deps, requester, [id])
        return _dress(context, found, requester)

    @strawberry.field(
        description="Objects by their IDs, in the same order, at most 100 unless set otherwise; null in the place "
        "of one the caller may not see."
    )
    async def nodes(self, info: Info, ids: ObjectIds) -> list[Node | None]:
        context, requester = info.context, info.context.require()
        found = await find_nodes(context.deps, requester, ids)
        return [_dress(context, each, requester) for each in found]


def _dress(
    context: Context, found: UserRecord | SessionRecord | EventRecord | None, requester: Requester
) -> Node | None:
    viewer = requester.session
    match found:
        case UserRecord():
            return user_from_record(context, found, viewer)
        case SessionRecord():
            return session_from_record(context, found, viewer.id)
        case EventRecord():
            return event_from_record(found, partial(session_from_record, context, viewer=viewer.id))
        case None:
            return None
