"""The root type `Mutation` of the schema for users."""

import strawberry

from sessionql.schema.account_mutation import AccountMutation
from sessionql.schema.session_mutation import SessionMutation


@strawberry.type(
    description="The root of all mutations. Failures that the caller can handle are in `errors` of the "
    "payload; when `errors` is empty, the mutation succeeded."
)
class Mutation(AccountMutation, SessionMutation):
    """The fields have the order of the base classes."""
