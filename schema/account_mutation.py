"""How people sign in, stay signed in and sign out."""

from typing import Annotated, Any, Protocol

import strawberry

from sessionql.resolvers import accounts, credentials, refresh
from sessionql.resolvers.accounts import LogIn, LogInResult
from sessionql.resolvers.credentials import PasswordChange
from sessionql.resolvers.errors import Failure, RefreshTokenInvalid
from sessionql.resolvers.token_pairs import TokenPair
from sessionql.schema.context import Context, Info
from sessionql.schema.enums import TokenDelivery
from sessionql.schema.errors import errors_from_failure
from sessionql.schema.inputs import ChangePasswordInput, LoginInput, ReauthenticateInput, RefreshInput, RegisterInput
from sessionql.schema.node import unset_to_none
from sessionql.schema.payloads import (
    AuthTokens,
    ChangePasswordPayload,
    LoginPayload,
    LogoutPayload,
    ReauthenticatePayload,
    RefreshPayload,
    RegisterPayload,
    hand_over,
)
from sessionql.schema.session import session_from_record
from sessionql.schema.user import user_from_record
from sessionql.storage.records import SessionRecord

WhoRegisters = Annotated[RegisterInput, strawberry.argument(description="Who registers.")]
WhoLogsIn = Annotated[LoginInput, strawberry.argument(description="Who logs in.")]
Token = Annotated[RefreshInput, strawberry.argument(description="The token to exchange.")]
Password = Annotated[ReauthenticateInput, strawberry.argument(description="The proof.")]
Passwords = Annotated[ChangePasswordInput, strawberry.argument(description="The old password and the new one.")]


@strawberry.type
class AccountMutation:
    @strawberry.mutation(description="Make an account and log in to it.")
    async def register(self, info: Info, input: WhoRegisters) -> RegisterPayload:  # noqa: A002
        context, by_cookie = info.context, input.delivery is TokenDelivery.COOKIE
        _check(context, by_cookie)
        request = LogIn(input.email, input.password, unset_to_none(input.session_name))
        done = await accounts.register(context.deps, request, context.client)
        if isinstance(done, Failure):
            return RegisterPayload(errors=errors_from_failure(done))
        return RegisterPayload(**_signed_in(context, done, by_cookie))

    @strawberry.mutation(description="Log in and start a session.")
    async def login(self, info: Info, input: WhoLogsIn) -> LoginPayload:  # noqa: A002
        context, by_cookie = info.context, input.delivery is TokenDelivery.COOKIE
        _check(context, by_cookie)
        request = LogIn(input.email, input.password, unset_to_none(input.session_name))
        done = await accounts.login(context.deps, request, context.client)
        if isinstance(done, Failure):
            return LoginPayload(errors=errors_from_failure(done))
        return LoginPayload(**_signed_in(context, done, by_cookie))

    @strawberry.mutation(
        description="Exchange a refresh token for new tokens. Each refresh token works once; using one again revokes "
        "its session. But for a few seconds the one just replaced gives the same successor again, so that tabs may "
        "refresh at once."
    )
    async def refresh(self, info: Info, input: Token) -> RefreshPayload:  # noqa: A002
        context, token = info.context, unset_to_none(input.refresh_token)
        by_cookie = token is None
        _check(context, by_cookie and context.by_cookie)
        token = context.cookies.refresh_token if by_cookie else token
        done = await refresh.refresh(context.deps, token, context.client)
        if isinstance(done, Failure):
            _end_if_revoked(context, token, done)
            return RefreshPayload(errors=errors_from_failure(done))
        tokens = _go_on(context, done, by_cookie)
        return RefreshPayload(session=session_from_record(context, done.session, done.session.id), tokens=tokens)

    @strawberry.mutation(description="End the current session, and take its cookies away. Succeeds when there is none.")
    async def logout(self, info: Info) -> LogoutPayload:
        context = info.context
        ended = await accounts.logout(context.deps, context.presented_credentials, context.client)
        if context.requester is not None:
            context.sign_out()
        context.cookies.clear()
        return LogoutPayload(session=None if ended is None else session_from_record(context, ended, ended.id))

    @strawberry.mutation(
        description="Prove again who you are, so that actions that need a fresh log-in work for a while. "
        "The access token is replaced: the session's older ones are refused from here on."
    )
    async def reauthenticate(self, info: Info, input: Password) -> ReauthenticatePayload:  # noqa: A002
        context, requester, by_cookie = info.context, info.context.require(), info.context.by_cookie
        _check(context, by_cookie)
        done = await credentials.reauthenticate(context.deps, requester, input.password, context.client)
        if isinstance(done, Failure):
            return ReauthenticatePayload(errors=errors_from_failure(done))
        return ReauthenticatePayload(tokens=_go_on(context, done, by_cookie, refresh=False))

    @strawberry.mutation(description="Change the password, and revoke every other session unless told not to.")
    async def change_password(self, info: Info, input: Passwords) -> ChangePasswordPayload:  # noqa: A002
        context, requester, by_cookie = info.context, info.context.require(), info.context.by_cookie
        _check(context, by_cookie)
        change = PasswordChange(input.current_password, input.new_password, input.keep_other_sessions)
        done = await credentials.change_password(context.deps, requester, change, context.client)
        if isinstance(done, Failure):
            return ChangePasswordPayload(errors=errors_from_failure(done))
        return ChangePasswordPayload(revoked_count=len(done.revoked), tokens=_go_on(context, done, by_cookie))


def _check(context: Context, by_cookie: bool) -> None:
    """Before anything is done whose tokens go into cookies. Raises CookiesRejected."""
    if by_cookie:
        context.cookies.require_allowed()


def _end_if_revoked(context: Context, token: str | None, failure: Failure) -> None:
    """Nothing more is done as the session that a reused refresh token has just ended."""
    if not isinstance(failure, RefreshTokenInvalid) or not failure.reuse_detected or context.requester is None:
        return
    if refresh.is_refresh_token_of(context.deps, token, context.requester.session):
        context.sign_out()


class _Done(Protocol):
    """What gives a session new tokens."""

    @property
    def session(self) -> SessionRecord: ...
    @property
    def tokens(self) -> TokenPair: ...


def _go_on(context: Context, done: _Done, by_cookie: bool, *, refresh: bool = True) -> AuthTokens:
    """Go on as this session, and hand its tokens over."""
    context.sign_in(done.session, by_cookie=by_cookie)
    return hand_over(done.tokens, context.cookies, by_cookie=by_cookie, refresh=refresh)


def _signed_in(context: Context, done: LogInResult, by_cookie: bool) -> dict[str, Any]:
    tokens = _go_on(context, done, by_cookie)
    return {
        "user": user_from_record(context, done.user, done.session),
        "session": session_from_record(context, done.session, done.session.id),
        "tokens": tokens,
    }
