"""The mutations of accounts, for users: register, log in and out, refresh, reauthenticate, change the password."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any, Protocol

import strawberry

from sessionql.resolvers import accounts, credentials, password_resets, refresh
from sessionql.resolvers.accounts import LogIn, LogInResult
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.credentials import PasswordChange
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import Failure, RefreshTokenInvalid
from sessionql.resolvers.token_pairs import TokenPair
from sessionql.resolvers.tokens.device import LIFETIME as DEVICE_TOKEN_LIFETIME
from sessionql.schema.context import Context, Info
from sessionql.schema.enums import TokenDelivery
from sessionql.schema.errors import errors_from_failure
from sessionql.schema.inputs import (
    ChangePasswordInput,
    LoginInput,
    ReauthenticateInput,
    RefreshInput,
    RegisterInput,
    ResetPasswordInput,
)
from sessionql.schema.node import unset_to_none
from sessionql.schema.payloads import (
    AuthTokens,
    ChangePasswordPayload,
    LoginPayload,
    LogoutPayload,
    ReauthenticatePayload,
    RefreshPayload,
    RegisterPayload,
    ResetPasswordPayload,
    deliver_tokens,
)
from sessionql.schema.session import session_from_record
from sessionql.schema.user import user_from_record
from sessionql.storage.records import SessionRecord

RegisterArgument = Annotated[RegisterInput, strawberry.argument(description="The new account.")]
LoginArgument = Annotated[LoginInput, strawberry.argument(description="The account to log in to.")]
RefreshArgument = Annotated[RefreshInput, strawberry.argument(description="The refresh token to exchange.")]
ReauthenticateArgument = Annotated[
    ReauthenticateInput, strawberry.argument(description="The credentials of the current user.")
]
ResetArgument = Annotated[ResetPasswordInput, strawberry.argument(description="The token and the new password.")]
PasswordsArgument = Annotated[
    ChangePasswordInput, strawberry.argument(description="The current password and the new one.")
]


@strawberry.type
class AccountMutation:
    @strawberry.mutation(description="Create an account and log in to it.")
    async def register(self, info: Info, input: RegisterArgument) -> RegisterPayload:  # noqa: A002
        done = await _log_in(info.context, input, accounts.register)
        if isinstance(done, Failure):
            return RegisterPayload(errors=errors_from_failure(done))
        return RegisterPayload(**done)

    @strawberry.mutation(description="Log in and create a session.")
    async def login(self, info: Info, input: LoginArgument) -> LoginPayload:  # noqa: A002
        done = await _log_in(info.context, input, accounts.login)
        if isinstance(done, Failure):
            return LoginPayload(errors=errors_from_failure(done))
        return LoginPayload(**done)

    @strawberry.mutation(
        description="Exchange a refresh token for new tokens. A refresh token can be used once; a second use revokes "
        "its session. During a grace period of some seconds, a second use returns the same new token instead, so that "
        "several tabs can refresh concurrently; with the `retryKey` of the first use it does so at any time, so that a "
        "client that lost the response can retry."
    )
    async def refresh(self, info: Info, input: RefreshArgument) -> RefreshPayload:  # noqa: A002
        context, token, retry_key = info.context, unset_to_none(input.refresh_token), unset_to_none(input.retry_key)
        by_cookie = token is None
        _require_cookies_allowed(context, by_cookie and context.by_cookie)
        token = context.cookies.refresh_token if by_cookie else token
        done = await refresh.refresh(context.deps, token, context.client, retry_key)
        if isinstance(done, Failure):
            _sign_out_if_reused(context, token, done)
            return RefreshPayload(errors=errors_from_failure(done))
        tokens = _use_tokens(context, done, by_cookie)
        return RefreshPayload(session=session_from_record(context, done.session, done.session.id), tokens=tokens)

    @strawberry.mutation(description="End the current session and delete its cookies. Succeeds also without a session.")
    async def logout(self, info: Info) -> LogoutPayload:
        context = info.context
        ended = await accounts.logout(context.deps, context.presented_credentials, context.client)
        if context.requester is not None:
            context.sign_out()
        context.cookies.clear()
        return LogoutPayload(session=None if ended is None else session_from_record(context, ended, ended.id))

    @strawberry.mutation(
        description="Confirm the password, so that actions that require a recent log-in are allowed for a while. "
        "Returns a new access token; older access tokens of the session are no longer valid."
    )
    async def reauthenticate(self, info: Info, input: ReauthenticateArgument) -> ReauthenticatePayload:  # noqa: A002
        context, requester, by_cookie = info.context, info.context.require(), info.context.by_cookie
        _require_cookies_allowed(context, by_cookie)
        done = await credentials.reauthenticate(context.deps, requester, input.password, context.client)
        if isinstance(done, Failure):
            return ReauthenticatePayload(errors=errors_from_failure(done))
        return ReauthenticatePayload(tokens=_use_tokens(context, done, by_cookie, refresh=False))

    @strawberry.mutation(description="Change the password, and by default revoke all other sessions.")
    async def change_password(self, info: Info, input: PasswordsArgument) -> ChangePasswordPayload:  # noqa: A002
        context, requester, by_cookie = info.context, info.context.require(), info.context.by_cookie
        _require_cookies_allowed(context, by_cookie)
        change = PasswordChange(input.current_password, input.new_password, input.keep_other_sessions)
        done = await credentials.change_password(context.deps, requester, change, context.client)
        if isinstance(done, Failure):
            return ChangePasswordPayload(errors=errors_from_failure(done))
        return ChangePasswordPayload(revoked_count=len(done.revoked), tokens=_use_tokens(context, done, by_cookie))

    @strawberry.mutation(
        description="Set a new password with a token that an operator issued, and revoke all sessions of the user. "
        "A token works once. Does not log in."
    )
    async def reset_password(self, info: Info, input: ResetArgument) -> ResetPasswordPayload:  # noqa: A002
        done = await password_resets.reset_password(info.context, input.to_reset())
        if isinstance(done, Failure):
            return ResetPasswordPayload(errors=errors_from_failure(done))
        return ResetPasswordPayload(revoked_count=len(done.revoked))


_LogIn = Callable[[Dependencies, LogIn, ClientInfo], Awaitable[LogInResult | Failure]]


def _require_cookies_allowed(context: Context, by_cookie: bool) -> None:
    """Called before a change, because its tokens cannot be delivered afterwards. Raises CookiesRejected."""
    if by_cookie:
        context.cookies.require_allowed()


def _sign_out_if_reused(context: Context, token: str | None, failure: Failure) -> None:
    """Sign the request out when the reuse of `token` has revoked its session, for later fields of the document."""
    if not isinstance(failure, RefreshTokenInvalid) or not failure.reuse_detected or context.requester is None:
        return
    if refresh.is_refresh_token_of(context.deps, token, context.requester.session):
        context.sign_out()


class _NewTokens(Protocol):
    """The result of a resolver that gives a session new tokens."""

    @property
    def session(self) -> SessionRecord: ...
    @property
    def tokens(self) -> TokenPair: ...


def _use_tokens(context: Context, done: _NewTokens, by_cookie: bool, *, refresh: bool = True) -> AuthTokens:
    """Sign the request in with the session, and deliver its tokens."""
    context.sign_in(done.session, by_cookie=by_cookie)
    return deliver_tokens(done.tokens, context.cookies, by_cookie=by_cookie, refresh=refresh)


async def _log_in(context: Context, input_: LoginInput, resolve: _LogIn) -> Failure | dict[str, Any]:
    """Log in by `resolve`; returns the fields of the payload."""
    by_cookie = input_.delivery is TokenDelivery.COOKIE
    _require_cookies_allowed(context, by_cookie)
    log_in = replace(input_.to_login(), device_token=context.cookies.device_token)
    done = await resolve(context.deps, log_in, context.client)
    if isinstance(done, Failure):
        return done
    tokens = _use_tokens(context, done, by_cookie)
    if by_cookie and done.device_token is not None:
        context.cookies.set_device(done.device_token, context.deps.clock() + DEVICE_TOKEN_LIFETIME)
    return {
        "user": user_from_record(context, done.user, done.session),
        "session": session_from_record(context, done.session, done.session.id),
        "tokens": tokens,
    }
