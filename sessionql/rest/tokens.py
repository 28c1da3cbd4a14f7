"""REST routes of OAuth: token introspection (RFC 7662) and token revocation (RFC 7009)."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from sessionql.http_kit.errors import RequestError
from sessionql.resolvers.accounts import PresentedCredentials, logout
from sessionql.resolvers.introspection import TokenKind, introspect
from sessionql.resolvers.service_keys import ServiceAccount
from sessionql.rest.openapi import form_body, optional_authentication, problem_responses, text_field
from sessionql.rest.request import RequestReader, required
from sessionql.rest.routing import rest_router
from sessionql.rest.schemas import Introspection
from sessionql.storage.records import Scope

_HINT = "The type of the token. Not needed, and not used: a token shows its type. Other values are ignored."
_FORM = form_body(
    {
        "token": text_field("The token."),
        # Specifications may add types (RFC 7009 section 2.1).
        "token_type_hint": {
            "anyOf": [{"type": "string", "enum": ["access_token", "refresh_token"]}, text_field("Any other type.")],
            "description": _HINT,
        },
    },
    "token_type_hint",
)
SERVICE_KEY_REQUIRED = "This route needs a service key: send one as `Authorization: Bearer sqls_…`."


def token_routes(reader: RequestReader, issuer: str) -> APIRouter:
    """The routes `/introspect` and `/revoke`. `issuer` is the `iss` of active tokens."""
    router, deps = rest_router(reader, "tokens"), reader.deps

    @router.post(
        "/introspect",
        operation_id="introspectToken",
        responses=problem_responses(400, 401, 403, 415),
        openapi_extra=_FORM,
        response_model_exclude_none=True,
    )
    async def introspect_token(request: Request) -> Introspection:
        """Whether a token is active, and of which user (RFC 7662). Needs a service key with the scope INTROSPECT.

        OAuth clients may send the key as the password of `Authorization: Basic`, with any user name.
        """
        context = await reader.bearer_only(request)
        if not isinstance(context.authentication, ServiceAccount):
            raise RequestError(401, SERVICE_KEY_REQUIRED, "UNAUTHENTICATED")
        context.authentication.require(Scope.INTROSPECT)
        found = await introspect(deps, required(await reader.form(request), "token"))
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

    @router.post(
        "/revoke",
        operation_id="revokeToken",
        responses=problem_responses(400, 415),
        openapi_extra=optional_authentication(_FORM),
        response_class=Response,
    )
    async def revoke_token(request: Request) -> Response:
        """End the session of an access or refresh token (RFC 7009). Needs nothing but the token.

        Responds 200 also to unknown tokens and to tokens of ended sessions.
        """
        context = await reader.bearer_only(request)
        token = required(await reader.form(request), "token")
        await logout(deps, PresentedCredentials(None, token, token), context.client)
        return Response(status_code=200)

    return router
