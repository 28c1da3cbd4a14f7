"""What services and operators can change."""

from typing import Annotated

import strawberry

from sessionql.resolvers import admin as operators
from sessionql.resolvers import bulk_revocation as everyone
from sessionql.resolvers import client as addresses
from sessionql.resolvers import external_users as subjects
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.devices.user_agent import clean_user_agent
from sessionql.resolvers.errors import Failure
from sessionql.resolvers.requester import Client
from sessionql.schema.arguments import SessionId
from sessionql.schema.node import given
from sessionql.schema.payloads import dress_tokens
from sessionql.schema.service_context import ServiceInfo
from sessionql.schema.service_enums import Scope
from sessionql.schema.service_errors import dress
from sessionql.schema.service_inputs import CreateSessionInput, MarkReauthenticatedInput
from sessionql.schema.service_payloads import (
    CreateSessionPayload,
    DeleteUserPayload,
    DisableUserPayload,
    EnableUserPayload,
    MarkReauthenticatedPayload,
    RevokeEverySessionPayload,
    RevokeUserSessionPayload,
    RevokeUserSessionsPayload,
)
from sessionql.schema.service_user import dress_user
from sessionql.schema.session import dress_session

WhoLoggedIn = Annotated[CreateSessionInput, strawberry.argument(description="Who logged in at the service.")]
WhoProved = Annotated[MarkReauthenticatedInput, strawberry.argument(description="Whose session, and when.")]
UserId = Annotated[strawberry.ID, strawberry.argument(description="The ID of the user.")]


@strawberry.type(
    name="Mutation",
    description="What services and operators can change. Failures the caller can act on are in the payload's "
    "`errors`; a payload with an empty `errors` succeeded.",
)
class ServiceMutation:
    @strawberry.mutation(
        description="Start a session for somebody who logged in at a service of yours. Scope `CREATE_SESSIONS`."
    )
    async def create_session(self, info: ServiceInfo, input: WhoLoggedIn) -> CreateSessionPayload:  # noqa: A002
        context = info.context
        context.service.require(Scope.CREATE_SESSIONS)
        client = _client_of(context.services, input)
        done = await subjects.create_session(context.services, context.service, input.to_log_in(), client)
        if isinstance(done, Failure):
            return CreateSessionPayload(errors=dress(done))
        return CreateSessionPayload(
            user=dress_user(done.user),
            session=dress_session(context, done.session, None),
            tokens=dress_tokens(done.tokens),
        )

    @strawberry.mutation(
        description="Note that a user proved again who they are, so that actions that need a fresh log-in work for a "
        "while. A proof no newer than the last one changes nothing. Scope `REAUTHENTICATE`."
    )
    async def mark_reauthenticated(
        self,
        info: ServiceInfo,
        input: WhoProved,  # noqa: A002
    ) -> MarkReauthenticatedPayload:
        context = info.context
        context.service.require(Scope.REAUTHENTICATE)
        done = await subjects.mark_reauthenticated(context.services, context.service, input.to_reproof())
        if isinstance(done, Failure):
            return MarkReauthenticatedPayload(errors=dress(done))
        tokens = dress_tokens(done.tokens, refresh=False)
        return MarkReauthenticatedPayload(tokens=tokens, session=dress_session(context, done.session, None))

    @strawberry.mutation(
        description="Revoke a session of a user. Revoking one that has already ended succeeds and changes nothing. "
        "Scope `OPERATOR`."
    )
    async def revoke_user_session(
        self, info: ServiceInfo, user_id: UserId, session_id: SessionId
    ) -> RevokeUserSessionPayload:
        done = await operators.revoke_session(info.context.services, _operator(info), user_id, session_id)
        if isinstance(done, Failure):
            return RevokeUserSessionPayload(errors=dress(done))
        return RevokeUserSessionPayload(session=dress_session(info.context, done, None))

    @strawberry.mutation(description="Revoke all sessions of a user. Scope `OPERATOR`.")
    async def revoke_user_sessions(self, info: ServiceInfo, user_id: UserId) -> RevokeUserSessionsPayload:
        done = await operators.revoke_sessions(info.context.services, _operator(info), user_id)
        if isinstance(done, Failure):
            return RevokeUserSessionsPayload(errors=dress(done))
        return RevokeUserSessionsPayload(user=dress_user(done.user), revoked_count=len(done.revoked))

    @strawberry.mutation(
        description="Revoke everybody's sessions. Those that begin after this call stay. Scope `OPERATOR`."
    )
    async def revoke_every_session(self, info: ServiceInfo) -> RevokeEverySessionPayload:
        count = await everyone.revoke_everyone(info.context.services, _operator(info))
        return RevokeEverySessionPayload(revoked_count=count)

    @strawberry.mutation(
        description="Revoke all sessions of a user, and let nobody log in to the account. Disabling one that is "
        "disabled succeeds and changes nothing. Scope `OPERATOR`."
    )
    async def disable_user(self, info: ServiceInfo, user_id: UserId) -> DisableUserPayload:
        done = await operators.disable_user(info.context.services, _operator(info), user_id)
        if isinstance(done, Failure):
            return DisableUserPayload(errors=dress(done))
        return DisableUserPayload(user=dress_user(done.user), revoked_count=len(done.revoked))

    @strawberry.mutation(
        description="Let a disabled user log in again; their sessions stay revoked. Enabling one that is not disabled "
        "succeeds and changes nothing. Scope `OPERATOR`."
    )
    async def enable_user(self, info: ServiceInfo, user_id: UserId) -> EnableUserPayload:
        done = await operators.enable_user(info.context.services, _operator(info), user_id)
        if isinstance(done, Failure):
            return EnableUserPayload(errors=dress(done))
        return EnableUserPayload(user=dress_user(done))

    @strawberry.mutation(
        description="Delete a user with all their sessions and security events, for good. Scope `OPERATOR`."
    )
    async def delete_user(self, info: ServiceInfo, user_id: UserId) -> DeleteUserPayload:
        done = await operators.delete_user(info.context.services, _operator(info), user_id)
        if isinstance(done, Failure):
            return DeleteUserPayload(errors=dress(done))
        return DeleteUserPayload(deleted_user_id=strawberry.ID(str(done.user.id)), revoked_count=len(done.revoked))


def _operator(info: ServiceInfo) -> str:
    """The name of the operator who asks. Raises Forbidden when the key is none of an operator's."""
    info.context.service.require(Scope.OPERATOR)
    return info.context.service.name


def _client_of(services: Services, input_: CreateSessionInput) -> Client:
    """The user's client, as the service saw it. What may be kept of it is the same as of our own."""
    raw = (given(input_.user_agent) or "").encode(errors="replace")
    truncate = services.policy.truncate_addresses
    return addresses.client(given(input_.ip_address), clean_user_agent(raw), truncate=truncate)
