"""The doors of OAuth: what a token is good for (RFC 7662), and that it be good for nothing any more (RFC 7009)."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from sessionql.http_kit.errors import RequestError
from sessionql.resolvers.accounts import PresentedCredentials, logout
from sessionql.resolvers.introspection import TokenKind, introspect
from sessionql.rest.openapi import may_fail, open_to_all, takes_form
from sessionql.rest.request import RequestReader, required
from sessionql.rest.schemas import Introspection
from sessionql.schema.service_context import ServiceContext
from sessionql.storage.records import Scope

_FORM = takes_form(
    {"token": "The token.", "token_type_hint": "Not needed: tokens say what they are."}, "token_type_hint"
)
FOR_SERVICES = "This door is for service keys: send one as `Authorization: Bearer sqls_…`."


def token_routes(entrance: RequestReader) -> APIRouter:
    """Their routes."""
    doors, deps, issuer = entrance.router(), entrance.deps, entrance.settings.issuer

    @doors.post(
        "/introspect",
        responses=may_fail(400, 401, 403, 415),
        openapi_extra=_FORM,
        response_model_exclude_none=True,
    )
    async def introspect_token(request: Request) -> Introspection:
        """Whether a token is active, and whose it is (RFC 7662). For service keys with the scope INTROSPECT.

        Programs that speak OAuth may send the key as the password of `Authorization: Basic`, with any user name.
        """
        context = await entrance.bearer_only(request)
        if not isinstance(context, ServiceContext):
            raise RequestError(401, FOR_SERVICES, "UNAUTHENTICATED")
        context.service.require(Scope.INTROSPECT)
        found = await introspect(deps, required(await entrance.form(request), "token"))
        if found is None:
            return Introspection(active=False)
        return Introspection(
            active=True,
            token_type="Bearer" if found.kind is TokenKind.ACCESS else None,
            sub=str(found.session.user_id),
            sid=str(found.session.id),
            iss=issuer,
            exp=int(found.expires_at.timestamp()),
            auth_time=int(found.session.authenticated_at.timestamp()),
        )

    @doors.post("/revoke", responses=may_fail(400, 415), openapi_extra=open_to_all(_FORM), response_class=Response)
    async def revoke_token(request: Request) -> Response:
        """End the session that an access or refresh token is of (RFC 7009). Whoever has the token may.

        200 also for tokens that nobody knows, and for those of sessions that have ended.
        """
        context = await entrance.bearer_only(request)
        token = required(await entrance.form(request), "token")
        await logout(deps, PresentedCredentials(None, token, token), context.client)
        return Response(status_code=200)

    return doors
