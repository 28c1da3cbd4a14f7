"""Users as services and operators see them."""

from datetime import datetime

import strawberry

from sessionql.schema.user import User
from sessionql.storage.records import UserRecord


@strawberry.type(name="User", description="A user. Nobody's own view: no session is the current one.")
class ServiceUser(User):
    disabled_at: datetime | None = strawberry.field(
        description="When an operator disabled the account; null when it is not disabled."
    )


def user_from_record(user: UserRecord) -> ServiceUser:
    """The user, seen by somebody else."""
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
