"""The root type `Mutation` of the schema for services and operators."""

from typing import Annotated

import strawberry

from sessionql.resolvers import admin, external_users
from sessionql.resolvers import client as client_module
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import Failure
from sessionql.schema.arguments import SessionId
from sessionql.schema.node import unset_to_none
from sessionql.schema.payloads import tokens_from_pair
from sessionql.schema.service_context import ServiceInfo
from sessionql.schema.service_enums import Scope
from sessionql.schema.service_errors import errors_from_failure
from sessionql.schema.service_inputs import (
    CreateSessionInput,
    CreateUserInput,
    IssuePasswordResetInput,
    MarkReauthenticatedInput,
)
from sessionql.schema.service_payloads import (
    CreateSessionPayload,
    CreateUserPayload,
    DeleteUserPayload,
    DisableUserPayload,
    EnableUserPayload,
    IssuePasswordResetPayload,
    MarkReauthenticatedPayload,
    RevokeEverySessionPayload,
    RevokeUserSessionPayload,
    RevokeUserSessionsPayload,
    reset_token_from,
)
from sessionql.schema.service_user import user_from_record
from sessionql.schema.session import session_from_record

CreateSessionArgument = Annotated[CreateSessionInput, strawberry.argument(description="The log-in at the service.")]
ReauthenticationArgument = Annotated[
    MarkReauthenticatedInput, strawberry.argument(description="The session and the time of its reauthentication.")
]
NewUserArgument = Annotated[CreateUserInput, strawberry.argument(description="The new user.")]
ResetArgument = Annotated[IssuePasswordResetInput, strawberry.argument(description="The user who gets a new password.")]
UserId = Annotated[strawberry.ID, strawberry.argument(description="The ID of the user.")]


@strawberry.type(
    name="Mutation",
    description="The root of all mutations for services and operators. Failures that the caller can handle are in "
    "`errors` of the payload; when `errors` is empty, the mutation succeeded.",
)
class ServiceMutation:
    @strawberry.mutation(
        description="Create a session for a user who logged in at your service. Requires the scope `CREATE_SESSIONS`."
    )
    async def create_session(self, info: ServiceInfo, input: CreateSessionArgument) -> CreateSessionPayload:  # noqa: A002
        context = info.context
        context.service.require(Scope.CREATE_SESSIONS)
        client = _client_of(context.deps, input)
        done = await external_users.create_session(context.deps, context.service, input.to_external_login(), client)
        if isinstance(done, Failure):
            return CreateSessionPayload(errors=errors_from_failure(done))
        return CreateSessionPayload(
            user=user_from_record(done.user),
            session=session_from_record(context, done.session, None),
            tokens=tokens_from_pair(done.tokens),
        )

    @strawberry.mutation(
        description="Record that a user reauthenticated at your service, so that actions that require a recent log-in "
        "are allowed for a while. A time not later than the recorded one changes nothing. Requires the scope "
        "`REAUTHENTICATE`."
    )
    async def mark_reauthenticated(
        self,
        info: ServiceInfo,
        input: ReauthenticationArgument,  # noqa: A002
    ) -> MarkReauthenticatedPayload:
        context = info.context
        context.service.require(Scope.REAUTHENTICATE)
        done = await external_users.mark_reauthenticated(context.deps, context.service, input.to_reauthentication())
        if isinstance(done, Failure):
            return MarkReauthenticatedPayload(errors=errors_from_failure(done))
        tokens = tokens_from_pair(done.tokens, refresh=False)
        return MarkReauthenticatedPayload(tokens=tokens, session=session_from_record(context, done.session, None))

    @strawberry.mutation(
        description="Create a user, who sets a first password with the returned token. Send it to the user, for "
        "example by mail. Requires the scope `OPERATOR`."
    )
    async def create_user(self, info: ServiceInfo, input: NewUserArgument) -> CreateUserPayload:  # noqa: A002
        done = await admin.create_user(info.context.deps, _operator(info), input.email)
        if isinstance(done, Failure):
            return CreateUserPayload(errors=errors_from_failure(done))
        return CreateUserPayload(user=user_from_record(done.user), reset_token=reset_token_from(done.token))

    @strawberry.mutation(
        description="Issue a token with which a user sets a new password, once; an older token is no longer valid. The "
        "password and the sessions stay until it is used. Requires the scope `OPERATOR`."
    )
    async def issue_password_reset(
        self,
        info: ServiceInfo,
        input: ResetArgument,  # noqa: A002
    ) -> IssuePasswordResetPayload:
        done = await admin.issue_password_reset(info.context.deps, _operator(info), input.to_selector())
        if isinstance(done, Failure):
            return IssuePasswordResetPayload(errors=errors_from_failure(done))
        return IssuePasswordResetPayload(user=user_from_record(done.user), reset_token=reset_token_from(done.token))

    @strawberry.mutation(
        description="Revoke a session of a user. If it has already ended, this succeeds and changes nothing. "
        "Requires the scope `OPERATOR`."
    )
    async def revoke_user_session(
        self, info: ServiceInfo, user_id: UserId, session_id: SessionId
    ) -> RevokeUserSessionPayload:
        done = await admin.revoke_session(info.context.deps, _operator(info), user_id, session_id)
        if isinstance(done, Failure):
            return RevokeUserSessionPayload(errors=errors_from_failure(done))
        return RevokeUserSessionPayload(session=session_from_record(info.context, done, None))

    @strawberry.mutation(description="Revoke all sessions of a user. Requires the scope `OPERATOR`.")
    async def revoke_user_sessions(self, info: ServiceInfo, user_id: UserId) -> RevokeUserSessionsPayload:
        done = await admin.revoke_sessions(info.context.deps, _operator(info), user_id)
        if isinstance(done, Failure):
            return RevokeUserSessionsPayload(errors=errors_from_failure(done))
        return RevokeUserSessionsPayload(user=user_from_record(done.user), revoked_count=len(done.revoked))

    @strawberry.mutation(
        description="Revoke all sessions of all users. Sessions created after this call stay active. "
        "Requires the scope `OPERATOR`."
    )
    async def revoke_every_session(self, info: ServiceInfo) -> RevokeEverySessionPayload:
        count = await admin.revoke_all_users_sessions(info.context.deps, _operator(info))
        return RevokeEverySessionPayload(revoked_count=count)

    @strawberry.mutation(
        description="Disable a user: revoke all sessions and reject new log-ins. If the user is already disabled, this "
        "succeeds and changes nothing. Requires the scope `OPERATOR`."
    )
    async def disable_user(self, info: ServiceInfo, user_id: UserId) -> DisableUserPayload:
        done = await admin.disable_user(info.context.deps, _operator(info), user_id)
        if isinstance(done, Failure):
            return DisableUserPayload(errors=errors_from_failure(done))
        return DisableUserPayload(user=user_from_record(done.user), revoked_count=len(done.revoked))

    @strawberry.mutation(
        description="Enable a disabled user: log-ins are allowed again, revoked sessions stay revoked. If "
        "the user is not "
        "disabled, this succeeds and changes nothing. Requires the scope `OPERATOR`."
    )
    async def enable_user(self, info: ServiceInfo, user_id: UserId) -> EnableUserPayload:
        done = await admin.enable_user(info.context.deps, _operator(info), user_id)
        if isinstance(done, Failure):
            return EnableUserPayload(errors=errors_from_failure(done))
        return EnableUserPayload(user=user_from_record(done))

    @strawberry.mutation(
        description="Delete a user with all sessions and security events. This cannot be undone. "
        "Requires the scope `OPERATOR`."
    )
    async def delete_user(self, info: ServiceInfo, user_id: UserId) -> DeleteUserPayload:
        done = await admin.delete_user(info.context.deps, _operator(info), user_id)
        if isinstance(done, Failure):
            return DeleteUserPayload(errors=errors_from_failure(done))
        return DeleteUserPayload(deleted_user_id=strawberry.ID(str(done.user.id)), revoked_count=len(done.revoked))


def _operator(info: ServiceInfo) -> str:
    """The name of the operator's key. Raises Forbidden when the key lacks the scope `OPERATOR`."""
    info.context.service.require(Scope.OPERATOR)
    return info.context.service.name


def _client_of(deps: Dependencies, input_: CreateSessionInput) -> ClientInfo:
    """The user's client, as the service reported it, cleaned like the client of a direct request."""
    raw = client_module.shorten_user_agent((unset_to_none(input_.user_agent) or "").encode(errors="replace"))
    truncate = deps.policy.truncate_addresses
    return client_module.client_info(unset_to_none(input_.ip_address), raw, truncate=truncate)
