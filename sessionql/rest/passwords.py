"""REST routes of accounts with a password: register, log in, reauthenticate, reset the password."""

from fastapi import APIRouter, Request

from sessionql.http_kit.media_types import FORM
from sessionql.resolvers import accounts, credentials, password_resets
from sessionql.resolvers.accounts import LogIn, LogInResult
from sessionql.resolvers.errors import Failure
from sessionql.resolvers.password_resets import PasswordReset
from sessionql.rest.openapi import form_schema, json_body, optional_authentication, problem_responses, text_field
from sessionql.rest.problems import FailureRaised
from sessionql.rest.request import RequestReader, has_form, required
from sessionql.rest.routing import rest_router
from sessionql.rest.schemas import (
    AccessToken,
    LogInBody,
    PasswordBody,
    RegisterBody,
    ResetPasswordBody,
    RevokedSessions,
    Tokens,
)

_FORM = {
    "username": text_field("The e-mail address."),
    "password": text_field("The password."),
    "grant_type": text_field("`password`."),
    "scope": text_field("Not used."),
}


def registration_routes(reader: RequestReader) -> APIRouter:
    """The route `/register`."""
    router = rest_router(reader, "account")

    @router.post(
        "/register",
        operation_id="register",
        status_code=201,
        responses=problem_responses(400, 409, 415, 422, 429),
        openapi_extra=optional_authentication(json_body(RegisterBody)),
    )
    async def register(request: Request) -> Tokens:
        """Create an account and log in to it."""
        context = await reader.bearer_only(request)
        body = await reader.body(request, RegisterBody)
        log_in = LogIn(body.email, body.password, body.session_name)
        return _tokens_of(reader, await accounts.register(reader.deps, log_in, context.client))

    return router


def password_routes(reader: RequestReader) -> APIRouter:
    """The routes `/login`, `/auth/reauthenticate` and `/auth/reset-password`."""
    router, deps = rest_router(reader, "account"), reader.deps
    log_in_body = optional_authentication(json_body(LogInBody))
    log_in_body["requestBody"]["content"][FORM] = {"schema": form_schema(_FORM, "grant_type", "scope")}

    @router.post(
        "/login",
        operation_id="login",
        responses=problem_responses(400, 401, 403, 415, 422, 429),
        openapi_extra=log_in_body,
    )
    async def login(request: Request) -> Tokens:
        """Log in and create a session. Also accepts the form of OAuth 2 (`username`, `password`)."""
        context = await reader.bearer_only(request)
        if has_form(request):
            form = await reader.form(request)
            log_in = LogIn(required(form, "username"), required(form, "password"))
        else:
            body = await reader.body(request, LogInBody)
            log_in = LogIn(body.email, body.password, body.session_name)
        return _tokens_of(reader, await accounts.login(deps, log_in, context.client))

    @router.post(
        "/auth/reauthenticate",
        operation_id="reauthenticate",
        responses=problem_responses(400, 401, 403, 415, 422, 429),
        openapi_extra=json_body(PasswordBody),
    )
    async def reauthenticate(request: Request) -> AccessToken:
        """Enter the password again, so that actions that need a recent log-in are allowed for a while."""
        context, requester = await reader.requester(request)
        body = await reader.body(request, PasswordBody)
        renewed = await credentials.reauthenticate(deps, requester, body.password, context.client)
        if isinstance(renewed, Failure):
            raise FailureRaised(renewed)
        if context.by_cookie:
            context.cookies.set(renewed.tokens, refresh=False)
        return AccessToken.model_validate(AccessToken.values_of(renewed.tokens, deps.clock()))

    @router.post(
        "/auth/reset-password",
        operation_id="resetPassword",
        responses=problem_responses(400, 401, 415, 422, 429),
        openapi_extra=optional_authentication(json_body(ResetPasswordBody)),
    )
    async def reset_password(request: Request) -> RevokedSessions:
        """Set a new password with a token that an operator issued, and revoke all sessions of the user."""
        context = await reader.bearer_only(request)
        body = await reader.body(request, ResetPasswordBody)
        done = await password_resets.reset_password(context, PasswordReset(body.token, body.new_password))
        if isinstance(done, Failure):
            raise FailureRaised(done)
        return RevokedSessions(message="Password set", revoked=len(done.revoked))

    return router


def _tokens_of(reader: RequestReader, result: LogInResult | Failure) -> Tokens:
    if isinstance(result, Failure):
        raise FailureRaised(result)
    return Tokens.of(result.session, result.tokens, reader.deps.clock())
