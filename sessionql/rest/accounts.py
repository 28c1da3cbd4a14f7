"""The doors to an account: make one, log in to it, and look who one is."""

from fastapi import APIRouter, Request

from sessionql.resolvers import accounts
from sessionql.resolvers.accounts import LogIn, LogInResult
from sessionql.resolvers.errors import Failure
from sessionql.resolvers.requester import Unauthenticated
from sessionql.resolvers.sessions import ACTIVE, count_sessions
from sessionql.rest.openapi import FORM, form_schema, may_fail, open_to_all, takes
from sessionql.rest.problems import FailureRaised
from sessionql.rest.request import RequestReader, has_form, required
from sessionql.rest.schemas import LogInBody, Me, Session, Tokens

_FORM = {
    "username": "The e-mail address.",
    "password": "The password.",
    "grant_type": "`password`.",
    "scope": "Unused.",
}


def account_routes(entrance: RequestReader) -> APIRouter:
    """Their routes."""
    doors, deps = entrance.router(), entrance.deps

    def handed_over(signed_in: LogInResult | Failure) -> Tokens:
        if isinstance(signed_in, Failure):
            raise FailureRaised(signed_in)
        return Tokens.of(signed_in.session, signed_in.tokens, deps.clock())

    @doors.post(
        "/register",
        status_code=201,
        responses=may_fail(400, 409, 415, 422, 429),
        openapi_extra=open_to_all(takes(LogInBody)),
    )
    async def register(request: Request) -> Tokens:
        """Make an account, and log in to it."""
        context = await entrance.bearer_only(request)
        body = await entrance.body(request, LogInBody)
        wanted = LogIn(body.email, body.password, body.session_name)
        return handed_over(await accounts.register(deps, wanted, context.client))

    both = open_to_all(takes(LogInBody))
    both["requestBody"]["content"][FORM] = {"schema": form_schema(_FORM, "grant_type", "scope")}

    @doors.post("/login", responses=may_fail(400, 401, 403, 415, 422, 429), openapi_extra=both)
    async def login(request: Request) -> Tokens:
        """Log in, and start a session. Takes the form of OAuth 2 (`username`, `password`), too."""
        context = await entrance.bearer_only(request)
        if has_form(request):
            form = await entrance.form(request)
            wanted = LogIn(required(form, "username"), required(form, "password"))
        else:
            body = await entrance.body(request, LogInBody)
            wanted = LogIn(body.email, body.password, body.session_name)
        return handed_over(await accounts.login(deps, wanted, context.client))

    @doors.get("/me", responses=may_fail(401, 403))
    async def me(request: Request) -> Me:
        """Who is signed in."""
        _, requester = await entrance.requester(request)
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

    return doors
