"""What services and operators send."""

from datetime import datetime

import strawberry

from sessionql.resolvers.admin import UserSelector
from sessionql.resolvers.external_users import ExternalLogin, Reauthentication
from sessionql.schema.node import unset_to_none
from sessionql.schema.scalars import IPAddress

PROVED = "When the user {} who they are; absent or null for just now. Never later than now, but for a minute of skew."


@strawberry.input(description="Who logged in at a service, and how.")
class CreateSessionInput:
    subject: str = strawberry.field(
        description="What the deployment's services call the user: 1 to 255 printable characters, compared exactly. "
        "A user is made for a subject that is new."
    )
    ip_address: IPAddress | None = strawberry.field(
        default=strawberry.UNSET, description="The address the user logged in from; absent or null when unknown."
    )
    user_agent: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The User-Agent string of the user's client; absent or null when unknown.",
    )
    authenticated_at: datetime | None = strawberry.field(default=strawberry.UNSET, description=PROVED.format("proved"))
    session_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="A name for the session, 1 to 80 characters; absent or null for none."
    )

    def to_external_login(self) -> ExternalLogin:
        return ExternalLogin(self.subject, unset_to_none(self.authenticated_at), unset_to_none(self.session_name))


@strawberry.input(description="Whose session, and when they proved again who they are.")
class MarkReauthenticatedInput:
    user_id: strawberry.ID = strawberry.field(description="The ID of the user.")
    session_id: strawberry.ID = strawberry.field(description="The ID of the session.")
    authenticated_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description=PROVED.format("proved again")
    )

    def to_reauthentication(self) -> Reauthentication:
        return Reauthentication(self.user_id, self.session_id, unset_to_none(self.authenticated_at))


@strawberry.input(one_of=True, description="What names a user: exactly one of these.")
class UserLookup:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The user's ID.")
    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="The e-mail address the user logs in with, in whatever case."
    )
    subject: str | None = strawberry.field(
        default=strawberry.UNSET, description="What the deployment's services call the user."
    )

    def to_selector(self) -> UserSelector:
        return UserSelector(unset_to_none(self.id), unset_to_none(self.email), unset_to_none(self.subject))
