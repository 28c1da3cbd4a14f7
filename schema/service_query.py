"""What services and operators can ask."""

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
By = Annotated[UserLookup, strawberry.argument(description="What names the user.")]
First = Annotated[int, strawberry.argument(description="Return at most this many (1 to 100, unless set otherwise).")]
Before = Annotated[strawberry.ID | None, strawberry.argument(description="Only actions older than this one.")]


@strawberry.type(description="A key that a service or an operator asks with.")
class ServiceKey:
    id: strawberry.ID = strawberry.field(description="The ID of the key, which is no secret.")
    name: str = strawberry.field(description="What the key is called: its name is in the events that it causes.")
    scopes: list[Scope] = strawberry.field(description="What it may be used for.")
    created_at: datetime = strawberry.field(description="When it was made.")


@strawberry.type(
    description="What a token is good for now (RFC 7662). Of one that is not active everything else is null, and "
    "nothing says why."
)
class Introspection:
    active: bool = strawberry.field(description="Whether the token would be taken now.")
    token_kind: TokenKind | None = strawberry.field(default=None, description="What the token is for.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When the token expires, unless its session ends before."
    )
    authenticated_at: datetime | None = strawberry.field(
        default=None, description="When the user last proved in this session who they are."
    )
    session: Session | None = strawberry.field(default=None, description="The session the token is of.")
    record: strawberry.Private[SessionRecord | None] = None

    @strawberry.field(description="The user the token is of; read only when asked for.")
    async def user(self, info: ServiceInfo) -> ServiceUser | None:
        if self.record is None:
            return None
        found = await current_user(info.context.deps, Requester(self.record))
        return None if found is None else user_from_record(found)


@strawberry.type(description="Something that an operator did to a user, or to everybody.")
class AdminAction:
    id: strawberry.ID = strawberry.field(description="The ID of the action.")
    kind: AdminActionKind = strawberry.field(description="What was done.")
    occurred_at: datetime = strawberry.field(description="When it was done.")
    actor_name: str = strawberry.field(description="The service key, or the command line, that did it.")
    user_id: strawberry.ID | None = strawberry.field(
        description="The ID of the user, who may be deleted by now; null when it was done to everybody."
    )
    revoked_count: int = strawberry.field(description="How many sessions it revoked.")


@strawberry.type(name="Query", description="What services and operators can ask.")
class ServiceQuery:
    @strawberry.field(description="The key that makes this request.")
    def service_key(self, info: ServiceInfo) -> ServiceKey:
        key = info.context.service.key
        return ServiceKey(
            id=strawberry.ID(str(key.id)), name=key.name, scopes=sorted(key.scopes), created_at=key.created_at
        )

    @strawberry.field(
        description="Whether a token is active, and whose it is. Asking uses nothing up. Scope `INTROSPECT`."
    )
    async def introspect(self, info: ServiceInfo, token: Token) -> Introspection:
        context = info.context
        context.service.require(Scope.INTROSPECT)
        found = await introspect(context.deps, token)
        return Introspection(active=False) if found is None else _introspection_from_token(context, found)

    @strawberry.field(description="A user; null when there is no such user. Scope `OPERATOR`.")
    async def user(self, info: ServiceInfo, by: By) -> ServiceUser | None:
        info.context.service.require(Scope.OPERATOR)
        found = await admin.find_user(info.context.deps, by.to_selector())
        return None if found is None else user_from_record(found)

    @strawberry.field(description="What operators did, newest first. Scope `OPERATOR`.")
    async def admin_actions(
        self, info: ServiceInfo, first: First = 20, before: Before = strawberry.UNSET
    ) -> list[AdminAction]:
        info.context.service.require(Scope.OPERATOR)
        found = await admin.list_admin_actions(info.context.deps, first, unset_to_none(before))
        return [_action_from_record(operation) for operation in found]


def _introspection_from_token(context: Context, token: ActiveToken) -> Introspection:
    return Introspection(
        active=True,
        token_kind=token.kind,
        expires_at=token.expires_at,
        authenticated_at=token.session.authenticated_at,
        session=session_from_record(context, token.session, None),
        record=token.session,
    )


def _action_from_record(operation: AdminActionRecord) -> AdminAction:
    return AdminAction(
        id=strawberry.ID(str(operation.id)),
        kind=operation.kind,
        occurred_at=operation.occurred_at,
        actor_name=operation.actor_name,
        user_id=None if operation.user_id is None else strawberry.ID(str(operation.user_id)),
        revoked_count=operation.revoked_count,
    )
