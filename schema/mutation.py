"""What can be changed."""

from typing import Annotated, Any

import strawberry

from resolvers import accounts, credentials, refresh, sessions
from resolvers.accounts import LogIn, SignedIn
from resolvers.credentials import PasswordChange
from resolvers.failures import Failure
from schema.arguments import SessionId
from schema.context import Context, Info
from schema.errors import dress
from schema.inputs import (
    ChangePasswordInput,
    LoginInput,
    ReauthenticateInput,
    RefreshInput,
    RegisterInput,
    RenameSessionInput,
    SessionFilter,
)
from schema.node import given
from schema.payloads import (
    ChangePasswordPayload,
    LoginPayload,
    LogoutPayload,
    ReauthenticatePayload,
    RefreshPayload,
    RegisterPayload,
    RenameSessionPayload,
    RevokeAllSessionsPayload,
    RevokeSessionPayload,
    dress_tokens,
)
from schema.session import dress_session
from schema.user import dress_user

MOST_IDS = 1000

WhoRegisters = Annotated[RegisterInput, strawberry.argument(description="Who registers.")]
WhoLogsIn = Annotated[LoginInput, strawberry.argument(description="Who logs in.")]
Token = Annotated[RefreshInput, strawberry.argument(description="The token to exchange.")]
Password = Annotated[ReauthenticateInput, strawberry.argument(description="The proof.")]
Passwords = Annotated[ChangePasswordInput, strawberry.argument(description="The old password and the new one.")]
NewName = Annotated[RenameSessionInput, strawberry.argument(description="Which session, and its name.")]
Which = Annotated[
    SessionFilter,
    strawberry.argument(description="Which sessions to revoke. The current session is never among them."),
]
DryRun = Annotated[bool, strawberry.argument(description="Only say what would be revoked.")]
KeepCurrent = Annotated[bool, strawberry.argument(description="Whether to leave the current session alone.")]


@strawberry.type(
    description="What can be changed. Failures the caller can act on are in the payload's "
    "`errors`; a payload with an empty `errors` succeeded."
)
class Mutation:
    @strawberry.mutation(description="Make an account and log in to it.")
    async def register(self, info: Info, input: WhoRegisters) -> RegisterPayload:  # noqa: A002
        context = info.context
        request = LogIn(input.email, input.password, given(input.session_name))
        done = await accounts.register(context.services, request, context.client)
        if isinstance(done, Failure):
            return RegisterPayload(errors=dress(done))
        return RegisterPayload(**_signed_in(context, done))

    @strawberry.mutation(description="Log in and start a session.")
    async def login(self, info: Info, input: WhoLogsIn) -> LoginPayload:  # noqa: A002
        context = info.context
        request = LogIn(input.email, input.password, given(input.session_name))
        done = await accounts.login(context.services, request, context.client)
        if isinstance(done, Failure):
            return LoginPayload(errors=dress(done))
        return LoginPayload(**_signed_in(context, done))

    @strawberry.mutation(
        description="Exchange a refresh token for new tokens. Each refresh token works once; "
        "using one twice revokes its session."
    )
    async def refresh(self, info: Info, input: Token) -> RefreshPayload:  # noqa: A002
        context = info.context
        done = await refresh.refresh(context.services, input.refresh_token, context.client)
        if isinstance(done, Failure):
            return RefreshPayload(errors=dress(done))
        context.sign_in(done.session)
        session = dress_session(context, done.session, done.session.id)
        return RefreshPayload(session=session, tokens=dress_tokens(done.tokens))

    @strawberry.mutation(description="End the current session. Succeeds when there is none.")
    async def logout(self, info: Info) -> LogoutPayload:
        context = info.context
        ended = await accounts.logout(context.services, context.proof, context.client)
        if context.requester is not None:
            context.sign_out()
        return LogoutPayload(session=None if ended is None else dress_session(context, ended, ended.id))

    @strawberry.mutation(
        description="Prove again who you are, so that actions that need a fresh log-in work for a while. "
        "The access token is replaced: the session's older ones are refused from here on."
    )
    async def reauthenticate(self, info: Info, input: Password) -> ReauthenticatePayload:  # noqa: A002
        context, requester = info.context, info.context.require()
        done = await credentials.reauthenticate(context.services, requester, input.password, context.client)
        if isinstance(done, Failure):
            return ReauthenticatePayload(errors=dress(done))
        context.sign_in(done.session)
        tokens = dress_tokens(done.tokens)
        tokens.refresh_token = None
        return ReauthenticatePayload(tokens=tokens)

    @strawberry.mutation(description="Change the password, and revoke every other session unless told not to.")
    async def change_password(self, info: Info, input: Passwords) -> ChangePasswordPayload:  # noqa: A002
        context, requester = info.context, info.context.require()
        change = PasswordChange(input.current_password, input.new_password, input.keep_other_sessions)
        done = await credentials.change_password(context.services, requester, change, context.client)
        if isinstance(done, Failure):
            return ChangePasswordPayload(errors=dress(done))
        context.sign_in(done.session)
        return ChangePasswordPayload(revoked_count=len(done.revoked), tokens=dress_tokens(done.tokens))

    @strawberry.mutation(
        description="Revoke one of the caller's sessions. Revoking a session that has already "
        "ended succeeds and changes nothing."
    )
    async def revoke_session(self, info: Info, session_id: SessionId) -> RevokeSessionPayload:
        context, requester = info.context, info.context.require()
        done = await sessions.revoke_session(context.services, requester, session_id, context.client)
        if isinstance(done, Failure):
            return RevokeSessionPayload(errors=dress(done))
        if done.was_current:
            context.sign_out()
        session = dress_session(context, done.session, requester.session.id)
        return RevokeSessionPayload(session=session, was_current=done.was_current)

    @strawberry.mutation(
        description="Revoke those of the caller's other sessions that a filter picks, e.g. all "
        "that were not used for 30 days."
    )
    async def revoke_sessions(
        self,
        info: Info,
        filter: Which,  # noqa: A002 - the contract's name
        dry_run: DryRun = False,
    ) -> RevokeAllSessionsPayload:
        context, requester = info.context, info.context.require()
        done = await sessions.revoke_sessions(context.services, requester, filter.to_filter(), dry_run, context.client)
        if isinstance(done, Failure):
            return RevokeAllSessionsPayload(errors=dress(done))
        return _revoked(context, done)

    @strawberry.mutation(description="Revoke the caller's sessions.")
    async def revoke_all_sessions(self, info: Info, keep_current: KeepCurrent = True) -> RevokeAllSessionsPayload:
        context, requester = info.context, info.context.require()
        done = await sessions.revoke_all_sessions(context.services, requester, keep_current, context.client)
        if isinstance(done, Failure):
            return RevokeAllSessionsPayload(errors=dress(done))
        if not keep_current:
            context.sign_out()
        return _revoked(context, done)

    @strawberry.mutation(description="Give one of the caller's sessions a name, or take its name away.")
    async def rename_session(self, info: Info, input: NewName) -> RenameSessionPayload:  # noqa: A002
        context, requester = info.context, info.context.require()
        done = await sessions.rename_session(
            context.services, requester, input.session_id, given(input.name), context.client
        )
        if isinstance(done, Failure):
            return RenameSessionPayload(errors=dress(done))
        return RenameSessionPayload(session=dress_session(context, done, requester.session.id))


def _signed_in(context: Context, done: SignedIn) -> dict[str, Any]:
    context.sign_in(done.session)
    return {
        "user": dress_user(context, done.user, done.session),
        "session": dress_session(context, done.session, done.session.id),
        "tokens": dress_tokens(done.tokens),
    }


def _revoked(context: Context, done: sessions.RevokedMany) -> RevokeAllSessionsPayload:
    kept = done.kept
    return RevokeAllSessionsPayload(
        revoked_count=len(done.ids),
        revoked_session_ids=[strawberry.ID(str(id_)) for id_ in done.ids[:MOST_IDS]],
        kept_session=None if kept is None else dress_session(context, kept, kept.id),
    )
