"""REST routes that revoke the user's sessions."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from sessionql.http_kit.errors import RequestError
from sessionql.resolvers import revocation
from sessionql.resolvers.errors import Failure
from sessionql.resolvers.request_context import RequestContext
from sessionql.rest.openapi import json_body, problem_responses
from sessionql.rest.problems import FailureRaised
from sessionql.rest.request import RequestReader
from sessionql.rest.routing import rest_router
from sessionql.rest.schemas import KEEP_CURRENT, Message, RevokeAllBody, RevokedSessions, SessionId

KeepCurrent = Annotated[bool | None, Query(description=KEEP_CURRENT)]


def revocation_routes(reader: RequestReader) -> APIRouter:
    """The routes `DELETE /sessions/all`, `POST /sessions/revoke-all` and `DELETE /sessions/{session_id}`."""
    router = rest_router(reader, "sessions")

    @router.delete("/sessions/all", operation_id="deleteAllSessions", responses=problem_responses(401, 403, 422))
    async def delete_all_sessions(request: Request, keep_current: KeepCurrent = None) -> RevokedSessions:
        """Revoke all other sessions; with `keep_current=false` the current one too."""
        context, _ = await reader.requester(request)
        return await _revoke_all(context, keep_current=keep_current is not False)

    @router.post(
        "/sessions/revoke-all",
        operation_id="revokeAllSessions",
        responses=problem_responses(400, 401, 403, 415, 422),
        openapi_extra=json_body(RevokeAllBody, required=False),
    )
    async def revoke_all_sessions(request: Request, keep_current: KeepCurrent = None) -> RevokedSessions:
        """Revoke all other sessions; with `keep_current` false, in the body or in the URL, the current one too."""
        context, _ = await reader.requester(request)
        body = await reader.optional_body(request, RevokeAllBody)
        values = {each for each in (keep_current, body and body.keep_current) if each is not None}
        if len(values) > 1:
            raise RequestError(422, "`keep_current` differs between the body and the URL.", "INVALID_INPUT")
        return await _revoke_all(context, keep_current=values != {False})

    @router.delete(
        "/sessions/{session_id}", operation_id="revokeSession", responses=problem_responses(401, 403, 404, 422)
    )
    async def revoke_session(request: Request, session_id: SessionId) -> Message:
        """Revoke one session. Succeeds without a change when it has already ended."""
        context, _ = await reader.requester(request)
        done = await revocation.revoke_session(context, str(session_id))
        if isinstance(done, Failure):
            raise FailureRaised(done)
        return Message(message="Session revoked")

    return router


async def _revoke_all(context: RequestContext, *, keep_current: bool) -> RevokedSessions:
    done = await revocation.revoke_all_sessions(context, keep_current=keep_current)
    if isinstance(done, Failure):
        raise FailureRaised(done)
    message = "All other sessions revoked" if keep_current else "All sessions revoked"
    return RevokedSessions(message=message, revoked=len(done.ids))
