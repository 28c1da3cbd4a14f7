"""REST routes to list and rename the user's sessions."""

from fastapi import APIRouter, Request

from sessionql.resolvers import sessions
from sessionql.resolvers.errors import Failure
from sessionql.resolvers.sessions import ACTIVE, count_sessions, my_sessions
from sessionql.resolvers.values.paging import MAX_PAGE_SIZE
from sessionql.rest.openapi import json_body, problem_responses
from sessionql.rest.problems import FailureRaised
from sessionql.rest.request import RequestReader
from sessionql.rest.routing import rest_router
from sessionql.rest.schemas import LocatedSession, LocatedSessions, RenameBody, Session, SessionId, Sessions


def session_routes(reader: RequestReader) -> APIRouter:
    """The routes `GET /sessions`, `GET /me/sessions` and `PATCH /sessions/{session_id}`."""
    router, deps = rest_router(reader, "sessions"), reader.deps

    @router.get("/sessions", operation_id="listSessions", responses=problem_responses(401, 403))
    async def list_sessions(request: Request) -> Sessions:
        """List the user's active sessions, most recently used first."""
        _, requester = await reader.requester(request)
        current = requester.session.id
        found = await my_sessions(deps, requester)
        return Sessions(sessions=[Session.of(session, current) for session in found])

    @router.get("/me/sessions", operation_id="listLocatedSessions", responses=problem_responses(401, 403))
    async def list_located_sessions(request: Request) -> LocatedSessions:
        """List the user's active sessions with their locations, and count all of them."""
        _, requester = await reader.requester(request)
        found = await my_sessions(deps, requester)
        total = len(found)
        if total == MAX_PAGE_SIZE:
            total = await count_sessions(deps, requester.user_id, ACTIVE)
        located = [LocatedSession.of(deps, session, requester.session.id) for session in found]
        return LocatedSessions(total_sessions=total, sessions=located)

    @router.patch(
        "/sessions/{session_id}",
        operation_id="renameSession",
        responses=problem_responses(400, 401, 403, 404, 409, 415, 422),
        openapi_extra=json_body(RenameBody),
    )
    async def rename_session(request: Request, session_id: SessionId) -> Session:
        """Set or remove the name of a session."""
        context, requester = await reader.requester(request)
        body = await reader.body(request, RenameBody)
        renamed = await sessions.rename_session(deps, requester, str(session_id), body.name, context.client)
        if isinstance(renamed, Failure):
            raise FailureRaised(renamed)
        return Session.of(renamed, requester.session.id)

    return router
