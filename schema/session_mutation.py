"""The mutations of sessions, for users."""

from typing import Annotated

import strawberry

from sessionql.resolvers import revocation, sessions
from sessionql.resolvers.errors import Failure
from sessionql.schema.arguments import SessionId
from sessionql.schema.context import Context, Info
from sessionql.schema.errors import errors_from_failure
from sessionql.schema.inputs import RenameSessionInput, SessionFilter
from sessionql.schema.node import unset_to_none
from sessionql.schema.payloads import RenameSessionPayload, RevokeAllSessionsPayload, RevokeSessionPayload
from sessionql.schema.session import session_from_record

MAX_IDS = 1000
"""Maximum number of ids in `revokedSessionIds`."""

RenameArgument = Annotated[RenameSessionInput, strawberry.argument(description="A session and its new name.")]
FilterArgument = Annotated[
    SessionFilter,
    strawberry.argument(description="The sessions to revoke. The current session is never revoked."),
]
DryRun = Annotated[
    bool,
    strawberry.argument(
        description="Whether to return only the sessions that would be revoked, without revoking them."
    ),
]
KeepCurrent = Annotated[bool, strawberry.argument(description="Whether the current session stays active.")]


@strawberry.type
class SessionMutation:
    @strawberry.mutation(
        description="Revoke a session of the caller. If it has already ended, this succeeds and changes nothing."
    )
    async def revoke_session(self, info: Info, session_id: SessionId) -> RevokeSessionPayload:
        context, requester = info.context, info.context.require()
        done = await revocation.revoke_session(context, session_id)
        if isinstance(done, Failure):
            return RevokeSessionPayload(errors=errors_from_failure(done))
        session = session_from_record(context, done.session, requester.session.id)
        return RevokeSessionPayload(session=session, was_current=done.was_current)

    @strawberry.mutation(
        description="Revoke the caller's other sessions that match a filter, e.g. all that were not used for 30 days."
    )
    async def revoke_sessions(
        self,
        info: Info,
        filter: FilterArgument,  # noqa: A002 - the contract's name
        dry_run: DryRun = False,
    ) -> RevokeAllSessionsPayload:
        context, requester = info.context, info.context.require()
        done = await sessions.revoke_sessions(context.deps, requester, filter.to_filter(), dry_run, context.client)
        if isinstance(done, Failure):
            return RevokeAllSessionsPayload(errors=errors_from_failure(done))
        return _revoked(context, done)

    @strawberry.mutation(description="Revoke all sessions of the caller, by default except the current one.")
    async def revoke_all_sessions(self, info: Info, keep_current: KeepCurrent = True) -> RevokeAllSessionsPayload:
        context = info.context
        done = await revocation.revoke_all_sessions(context, keep_current=keep_current)
        if isinstance(done, Failure):
            return RevokeAllSessionsPayload(errors=errors_from_failure(done))
        return _revoked(context, done)

    @strawberry.mutation(description="Set or remove the name of a session of the caller.")
    async def rename_session(self, info: Info, input: RenameArgument) -> RenameSessionPayload:  # noqa: A002
        context, requester = info.context, info.context.require()
        done = await sessions.rename_session(
            context.deps, requester, input.session_id, unset_to_none(input.name), context.client
        )
        if isinstance(done, Failure):
            return RenameSessionPayload(errors=errors_from_failure(done))
        return RenameSessionPayload(session=session_from_record(context, done, requester.session.id))


def _revoked(context: Context, done: sessions.RevokeManyResult) -> RevokeAllSessionsPayload:
    kept = done.kept
    return RevokeAllSessionsPayload(
        revoked_count=len(done.ids),
        revoked_session_ids=[strawberry.ID(str(id_)) for id_ in done.ids[:MAX_IDS]],
        kept_session=None if kept is None else session_from_record(context, kept, kept.id),
    )
