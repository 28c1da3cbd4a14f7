"""The doors to one's sessions: see them, and name them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request

from sessionql.resolvers import sessions
from sessionql.resolvers.errors import Failure
from sessionql.resolvers.sessions import ACTIVE, count_sessions, my_sessions
from sessionql.resolvers.values.paging import MAX_PAGE_SIZE
from sessionql.rest.openapi import may_fail, takes
from sessionql.rest.problems import FailureRaised
from sessionql.rest.request import RequestReader
from sessionql.rest.schemas import (
    LocatedSession,
    LocatedSessions,
    RenameBody,
    Session,
    Sessions,
)

Which = Annotated[UUID, Path(description="The ID of the session.")]


def session_routes(entrance: RequestReader) -> APIRouter:
    """Their routes."""
    doors, deps = entrance.router(), entrance.deps

    @doors.get("/sessions", responses=may_fail(401, 403))
    async def list_sessions(request: Request) -> Sessions:
        """The caller's active sessions, most recently used first."""
        _, requester = await entrance.requester(request)
        current = requester.session.id
        found = await my_sessions(deps, requester)
        return Sessions(sessions=[Session.of(session, current) for session in found])

    @doors.get("/me/sessions", responses=may_fail(401, 403))
    async def list_located_sessions(request: Request) -> LocatedSessions:
        """The caller's active sessions, with where they are, and how many there are in all."""
        _, requester = await entrance.requester(request)
        found = await my_sessions(deps, requester)
        total = len(found)
        if total == MAX_PAGE_SIZE:
            total = await count_sessions(deps, requester.user_id, ACTIVE)
        located = [LocatedSession.of(deps, session, requester.session.id) for session in found]
        return LocatedSessions(total_sessions=total, sessions=located)

    @doors.patch(
        "/sessions/{session_id}", responses=may_fail(400, 401, 403, 404, 409, 415, 422), openapi_extra=takes(RenameBody)
    )
    async def rename_session(request: Request, session_id: Which) -> Session:
        """Give a session a name, or take its name away."""
        context, requester = await entrance.requester(request)
        body = await entrance.body(request, RenameBody)
        renamed = await sessions.rename_session(deps, requester, str(session_id), body.name, context.client)
        if isinstance(renamed, Failure):
            raise FailureRaised(renamed)
        return Session.of(renamed, requester.session.id)

    return doors
