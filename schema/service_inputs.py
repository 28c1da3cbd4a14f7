"""The input types of the schema for services and operators."""

from datetime import datetime

import strawberry

from sessionql.resolvers.admin import UserSelector
from sessionql.resolvers.external_users import ExternalLogin, Reauthentication
from sessionql.schema.node import unset_to_none
from sessionql.schema.scalars import IPAddress

AUTHENTICATED_AT = "When the user {}; absent or null for now. At most one minute in the future, for clock skew."


@strawberry.input(description="A log-in at an external service.")
class CreateSessionInput:
    subject: str = strawberry.field(
        description="The identifier of the user at the deployment's services: 1 to 255 printable characters, compared "
        "exactly. A new subject creates a user."
    )
    ip_address: IPAddress | None = strawberry.field(
        default=strawberry.UNSET, description="The address of the user's client; absent or null when unknown."
    )
    user_agent: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The User-Agent string of the user's client; absent or null when unknown.",
    )
    authenticated_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description=AUTHENTICATED_AT.format("authenticated")
    )
    session_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="A name for the session, 1 to 80 characters; absent or null for no name."
    )

    def to_external_login(self) -> ExternalLogin:
        return ExternalLogin(self.subject, unset_to_none(self.authenticated_at), unset_to_none(self.session_name))


@strawberry.input(description="A session and the time of its reauthentication.")
class MarkReauthenticatedInput:
    user_id: strawberry.ID = strawberry.field(description="The ID of the user.")
    session_id: strawberry.ID = strawberry.field(description="The ID of the session.")
    authenticated_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description=AUTHENTICATED_AT.format("reauthenticated")
    )

    def to_reauthentication(self) -> Reauthentication:
        return Reauthentication(self.user_id, self.session_id, unset_to_none(self.authenticated_at))


@strawberry.input(description="A new user.")
class CreateUserInput:
    email: str = strawberry.field(description="The e-mail address with which the user logs in.")


@strawberry.input(one_of=True, description="The user who gets a new password: exactly one of these fields.")
class IssuePasswordResetInput:
    user_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The ID of the user.")
    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="The e-mail address of the user, in any case."
    )

    def to_selector(self) -> UserSelector:
        return UserSelector(unset_to_none(self.user_id), unset_to_none(self.email))


@strawberry.input(one_of=True, description="The key of a user: exactly one of these fields.")
class UserLookup:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The user's ID.")
    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="The e-mail address of the user, in any case."
    )
    subject: str | None = strawberry.field(
        default=strawberry.UNSET, description="The identifier of the user at the deployment's services."
    )

    def to_selector(self) -> UserSelector:
        return UserSelector(unset_to_none(self.id), unset_to_none(self.email), unset_to_none(self.subject))
