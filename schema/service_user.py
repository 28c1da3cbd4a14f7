"""The type `User` of the schema for services and operators."""

from datetime import datetime

import strawberry

from sessionql.schema.user import User
from sessionql.storage.records import UserRecord


@strawberry.type(name="User", description="A user. `currentSession` is always null, because the caller is a service.")
class ServiceUser(User):
    disabled_at: datetime | None = strawberry.field(
        description="When an operator disabled the account; null when it is not disabled."
    )


def user_from_record(user: UserRecord) -> ServiceUser:
    """Convert a user, without a current session."""
    return ServiceUser(
        id=strawberry.ID(str(user.id)),
        email=user.email,
        subject=user.subject,
        created_at=user.created_at,
        last_login=user.last_login,
        current_session=None,
        owner=user.id,
        viewer=None,
        disabled_at=user.disabled_at,
    )
