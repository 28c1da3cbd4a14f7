"""The doors that end sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request

from sessionql.http_kit.errors import RequestError
from sessionql.resolvers import sessions
from sessionql.resolvers.errors import Failure
from sessionql.resolvers.requester import Requester
from sessionql.rest.openapi import may_fail, takes
from sessionql.rest.problems import FailureRaised
from sessionql.rest.request import RequestReader
from sessionql.rest.schemas import Done, RevokeAllBody, RevokedAll
from sessionql.schema.context import Context

Which = Annotated[UUID, Path(description="The ID of the session.")]
Keep = Annotated[bool | None, Query(description="Whether to leave this session alone. By default yes.")]


def revocation_routes(entrance: RequestReader) -> APIRouter:
    """Their routes. `/sessions/all` is asked before ids are."""
    doors, deps = entrance.router(), entrance.deps

    async def revoke_all(context: Context, requester: Requester, *, keep: bool) -> RevokedAll:
        ended = await sessions.revoke_all_sessions(deps, requester, keep, context.client)
        if isinstance(ended, Failure):
            raise FailureRaised(ended)
        if not keep:
            context.sign_out()
        message = "All other sessions revoked" if keep else "All sessions revoked"
        return RevokedAll(message=message, revoked=len(ended.ids))

    @doors.delete("/sessions/all", responses=may_fail(401, 403, 422))
    async def delete_all_sessions(request: Request, keep_current: Keep = None) -> RevokedAll:
        """End all other sessions; with `keep_current=false` this one too."""
        context, requester = await entrance.requester(request)
        return await revoke_all(context, requester, keep=keep_current is not False)

    @doors.post(
        "/sessions/revoke-all",
        responses=may_fail(400, 401, 403, 415, 422),
        openapi_extra=takes(RevokeAllBody, required=False),
    )
    async def revoke_all_sessions(request: Request, keep_current: Keep = None) -> RevokedAll:
        """End all other sessions; with `keep_current` false, in the body or the address, this one too."""
        context, requester = await entrance.requester(request)
        body = await entrance.body_if_any(request, RevokeAllBody)
        said = {each for each in (keep_current, body and body.keep_current) if each is not None}
        if len(said) > 1:
            raise RequestError(
                422, "`keep_current` is one thing in the body and another in the address.", "INVALID_INPUT"
            )
        return await revoke_all(context, requester, keep=said != {False})

    @doors.delete("/sessions/{session_id}", responses=may_fail(401, 403, 404, 422))
    async def delete_session(request: Request, session_id: Which) -> Done:
        """End one session. One that has ended already stays as it is, and that is a success."""
        context, requester = await entrance.requester(request)
        ended = await sessions.revoke_session(deps, requester, str(session_id), context.client)
        if isinstance(ended, Failure):
            raise FailureRaised(ended)
        if ended.was_current:
            context.sign_out()
        return Done(message="Session revoked")

    return doors
