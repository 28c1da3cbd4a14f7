"""What can be changed."""

import strawberry

from sessionql.schema.account_mutation import AccountMutation
from sessionql.schema.session_mutation import SessionMutation


@strawberry.type(
    description="What can be changed. Failures the caller can act on are in the payload's "
    "`errors`; a payload with an empty `errors` succeeded."
)
class Mutation(AccountMutation, SessionMutation):
    """All of it, in the order of the bases."""
