"""REST route of the current user."""

from fastapi import APIRouter, Request

from sessionql.resolvers import accounts
from sessionql.resolvers.requester import Unauthenticated
from sessionql.resolvers.sessions import ACTIVE, count_sessions
from sessionql.rest.openapi import problem_responses
from sessionql.rest.request import RequestReader
from sessionql.rest.routing import rest_router
from sessionql.rest.schemas import Me, Session


def account_routes(reader: RequestReader) -> APIRouter:
    """The route `/me`."""
    router, deps = rest_router(reader, "account"), reader.deps

    @router.get("/me", operation_id="getMe", responses=problem_responses(401, 403))
    async def get_me(request: Request) -> Me:
        """The signed-in user and the session of this request."""
        _, requester = await reader.requester(request)
        user = await accounts.current_user(deps, requester)
        if user is None:
            raise Unauthenticated(rejected=True)
        session = requester.session
        return Me(
            id=user.id,
            email=user.email,
            created_at=user.created_at,
            last_login=user.last_login,
            active_sessions=await count_sessions(deps, user.id, ACTIVE),
            current_session=Session.of(session, session.id),
        )

    return router
