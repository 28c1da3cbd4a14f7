"""What services and operators send."""

from datetime import datetime

import strawberry

from sessionql.resolvers.admin import Lookup
from sessionql.resolvers.external_users import Reproof, SubjectLogIn
from sessionql.schema.node import given
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

    def to_log_in(self) -> SubjectLogIn:
        return SubjectLogIn(self.subject, given(self.authenticated_at), given(self.session_name))


@strawberry.input(description="Whose session, and when they proved again who they are.")
class MarkReauthenticatedInput:
    user_id: strawberry.ID = strawberry.field(description="The ID of the user.")
    session_id: strawberry.ID = strawberry.field(description="The ID of the session.")
    authenticated_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description=PROVED.format("proved again")
    )

    def to_reproof(self) -> Reproof:
        return Reproof(self.user_id, self.session_id, given(self.authenticated_at))


@strawberry.input(one_of=True, description="What names a user: exactly one of these.")
class UserLookup:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The user's ID.")
    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="The e-mail address the user logs in with, in whatever case."
    )
    subject: str | None = strawberry.field(
        default=strawberry.UNSET, description="What the deployment's services call the user."
    )

    def to_lookup(self) -> Lookup:
        return Lookup(given(self.id), given(self.email), given(self.subject))
