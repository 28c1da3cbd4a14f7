"""The root type `Query` of the schema for services and operators."""

from datetime import datetime
from typing import Annotated

import strawberry

from sessionql.resolvers import admin
from sessionql.resolvers.accounts import current_user
from sessionql.resolvers.introspection import ActiveToken, introspect
from sessionql.resolvers.requester import Requester
from sessionql.schema.context import Context
from sessionql.schema.node import unset_to_none
from sessionql.schema.service_context import ServiceInfo
from sessionql.schema.service_enums import AdminActionKind, Scope, TokenKind
from sessionql.schema.service_inputs import UserLookup
from sessionql.schema.service_user import ServiceUser, user_from_record
from sessionql.schema.session import Session, session_from_record
from sessionql.storage.records import AdminActionRecord, SessionRecord

Token = Annotated[str, strawberry.argument(description="The token. Send it in the variables of a POST, not in a URL.")]
By = Annotated[UserLookup, strawberry.argument(description="The key of the user.")]
First = Annotated[int, strawberry.argument(description="Return at most this many (1 to 100, unless set otherwise).")]
Before = Annotated[strawberry.ID | None, strawberry.argument(description="Only actions older than this one.")]


@strawberry.type(description="A key with which a service or an operator authenticates.")
class ServiceKey:
    id: strawberry.ID = strawberry.field(description="The ID of the key. It is not secret.")
    name: str = strawberry.field(description="The name of the key. Security events that it causes contain it.")
    scopes: list[Scope] = strawberry.field(description="The permissions of the key.")
    created_at: datetime = strawberry.field(description="When the key was created.")


@strawberry.type(
    description="The state of a token (RFC 7662). When the token is not active, all other fields are null, and the "
    "reason is not disclosed."
)
class Introspection:
    active: bool = strawberry.field(description="Whether the token is valid now.")
    token_kind: TokenKind | None = strawberry.field(default=None, description="The kind of the token.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When the token expires, if its session does not end before."
    )
    authenticated_at: datetime | None = strawberry.field(
        default=None, description="When the user last authenticated in this session."
    )
    session: Session | None = strawberry.field(default=None, description="The session of the token.")
    record: strawberry.Private[SessionRecord | None] = None

    @strawberry.field(description="The user of the token.")
    async def user(self, info: ServiceInfo) -> ServiceUser | None:
        if self.record is None:
            return None
        found = await current_user(info.context.deps, Requester(self.record))
        return None if found is None else user_from_record(found)


@strawberry.type(description="An action of an operator on a user, or on all users (audit log).")
class AdminAction:
    id: strawberry.ID = strawberry.field(description="The ID of the action.")
    kind: AdminActionKind = strawberry.field(description="The kind of the action.")
    occurred_at: datetime = strawberry.field(description="When the action occurred.")
    actor_name: str = strawberry.field(
        description="The name of the service key, or of the command line user, that performed the action."
    )
    user_id: strawberry.ID | None = strawberry.field(
        description="The ID of the user, who may be deleted meanwhile; null when the action concerned all users."
    )
    revoked_count: int = strawberry.field(description="The number of sessions that the action revoked.")


@strawberry.type(name="Query", description="The root of all queries for services and operators.")
class ServiceQuery:
    @strawberry.field(description="The service key of this request.")
    def service_key(self, info: ServiceInfo) -> ServiceKey:
        key = info.context.service.key
        return ServiceKey(
            id=strawberry.ID(str(key.id)), name=key.name, scopes=sorted(key.scopes), created_at=key.created_at
        )

    @strawberry.field(
        description="The state of an access or refresh token. A refresh token stays unused. Requires the "
        "scope `INTROSPECT`."
    )
    async def introspect(self, info: ServiceInfo, token: Token) -> Introspection:
        context = info.context
        context.service.require(Scope.INTROSPECT)
        found = await introspect(context.deps, token)
        return Introspection(active=False) if found is None else _introspection_from_token(context, found)

    @strawberry.field(description="A user; null when no user has this key. Requires the scope `OPERATOR`.")
    async def user(self, info: ServiceInfo, by: By) -> ServiceUser | None:
        info.context.service.require(Scope.OPERATOR)
        found = await admin.find_user(info.context.deps, by.to_selector())
        return None if found is None else user_from_record(found)

    @strawberry.field(description="The admin actions (audit log), newest first. Requires the scope `OPERATOR`.")
    async def admin_actions(
        self, info: ServiceInfo, first: First = 20, before: Before = strawberry.UNSET
    ) -> list[AdminAction]:
        info.context.service.require(Scope.OPERATOR)
        actions = await admin.list_admin_actions(info.context.deps, first, unset_to_none(before))
        return [_action_from_record(action) for action in actions]


def _introspection_from_token(context: Context, token: ActiveToken) -> Introspection:
    return Introspection(
        active=True,
        token_kind=token.kind,
        expires_at=token.expires_at,
        authenticated_at=token.session.authenticated_at,
        session=session_from_record(context, token.session, None),
        record=token.session,
    )


def _action_from_record(action: AdminActionRecord) -> AdminAction:
    return AdminAction(
        id=strawberry.ID(str(action.id)),
        kind=action.kind,
        occurred_at=action.occurred_at,
        actor_name=action.actor_name,
        user_id=None if action.user_id is None else strawberry.ID(str(action.user_id)),
        revoked_count=action.revoked_count,
    )
