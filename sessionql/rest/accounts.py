"""REST routes of accounts: register, log in, and the current user."""

from fastapi import APIRouter, Request

from sessionql.http_kit.media_types import FORM
from sessionql.resolvers import accounts
from sessionql.resolvers.accounts import LogIn, LogInResult
from sessionql.resolvers.errors import Failure
from sessionql.resolvers.requester import Unauthenticated
from sessionql.resolvers.sessions import ACTIVE, count_sessions
from sessionql.rest.openapi import form_schema, json_body, optional_authentication, problem_responses, text_field
from sessionql.rest.problems import FailureRaised
from sessionql.rest.request import RequestReader, has_form, required
from sessionql.rest.routing import rest_router
from sessionql.rest.schemas import LogInBody, Me, RegisterBody, Session, Tokens

_FORM = {
    "username": text_field("The e-mail address."),
    "password": text_field("The password."),
    "grant_type": text_field("`password`."),
    "scope": text_field("Not used."),
}


def account_routes(reader: RequestReader) -> APIRouter:
    """The routes `/register`, `/login` and `/me`."""
    router, deps = rest_router(reader, "account"), reader.deps

    def tokens_of(result: LogInResult | Failure) -> Tokens:
        if isinstance(result, Failure):
            raise FailureRaised(result)
        return Tokens.of(result.session, result.tokens, deps.clock())

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
        return tokens_of(
            await accounts.register(deps, LogIn(body.email, body.password, body.session_name), context.client)
        )

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
        return tokens_of(await accounts.login(deps, log_in, context.client))

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
