"""REST routes of a running session: refresh, log out."""

from fastapi import APIRouter, Request

from sessionql.resolvers import accounts, refresh
from sessionql.resolvers.errors import Failure
from sessionql.rest.openapi import json_body, optional_authentication, problem_responses
from sessionql.rest.problems import FailureRaised
from sessionql.rest.request import RequestReader
from sessionql.rest.routing import rest_router
from sessionql.rest.schemas import Message, RefreshBody, Tokens


def auth_routes(reader: RequestReader) -> APIRouter:
    """The routes `/auth/refresh` and `/auth/logout`."""
    router, deps = rest_router(reader, "account"), reader.deps

    @router.post(
        "/auth/refresh",
        operation_id="refreshTokens",
        responses=problem_responses(400, 401, 415, 422, 429),
        openapi_extra=optional_authentication(json_body(RefreshBody)),
    )
    async def refresh_tokens(request: Request) -> Tokens:
        """Exchange a refresh token for new tokens. Each works once; using one again revokes its session.

        With the `retry_key` of its first use, it returns the same new tokens again while these are unused.
        """
        context = await reader.bearer_only(request)
        body = await reader.body(request, RefreshBody)
        renewed = await refresh.refresh(deps, body.refresh_token, context.client, body.retry_key)
        if isinstance(renewed, Failure):
            raise FailureRaised(renewed)
        return Tokens.of(renewed.session, renewed.tokens, deps.clock())

    @router.post(
        "/auth/logout",
        operation_id="logout",
        responses=problem_responses(403),
        openapi_extra=optional_authentication(),
    )
    async def logout(request: Request) -> Message:
        """End the session of this request and delete its cookies. Succeeds when there is no session."""
        context = await reader.context(request)
        await accounts.logout(deps, context.presented_credentials, context.client)
        context.cookies.clear()
        return Message(message="Logged out")

    return router
