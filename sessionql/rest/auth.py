"""The doors for staying signed in, and for signing out."""

from fastapi import APIRouter, Request

from sessionql.resolvers import accounts, credentials, refresh
from sessionql.resolvers.errors import Failure
from sessionql.rest.openapi import may_fail, open_to_all, takes
from sessionql.rest.problems import FailureRaised
from sessionql.rest.request import RequestReader
from sessionql.rest.schemas import AccessToken, Done, PasswordBody, RefreshBody, Tokens


def auth_routes(entrance: RequestReader) -> APIRouter:
    """Their routes."""
    doors, deps = entrance.router(), entrance.deps

    @doors.post(
        "/auth/refresh", responses=may_fail(400, 401, 415, 422, 429), openapi_extra=open_to_all(takes(RefreshBody))
    )
    async def refresh_tokens(request: Request) -> Tokens:
        """Exchange a refresh token for new tokens. Each works once; one that is used again ends its session."""
        context = await entrance.bearer_only(request)
        body = await entrance.body(request, RefreshBody)
        renewed = await refresh.refresh(deps, body.refresh_token, context.client)
        if isinstance(renewed, Failure):
            raise FailureRaised(renewed)
        return Tokens.of(renewed.session, renewed.tokens, deps.clock())

    @doors.post("/auth/logout", responses=may_fail(403), openapi_extra=open_to_all())
    async def logout(request: Request) -> Done:
        """End the session of this request. Succeeds when there is none."""
        context = await entrance.context(request)
        await accounts.logout(deps, context.presented_credentials, context.client)
        context.cookies.clear()
        return Done(message="Logged out")

    @doors.post(
        "/auth/reauthenticate", responses=may_fail(400, 401, 403, 415, 422, 429), openapi_extra=takes(PasswordBody)
    )
    async def reauthenticate(request: Request) -> AccessToken:
        """Prove again who one is, so that what needs a fresh log-in works for a while."""
        context, requester = await entrance.requester(request)
        body = await entrance.body(request, PasswordBody)
        renewed = await credentials.reauthenticate(deps, requester, body.password, context.client)
        if isinstance(renewed, Failure):
            raise FailureRaised(renewed)
        if context.cookies.authenticates:
            context.cookies.set(renewed.tokens, refresh=False)
        return AccessToken.model_validate(AccessToken.signing(renewed.tokens, deps.clock()))

    return doors
