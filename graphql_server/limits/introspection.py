"""A schema that is not told: no question about it is answered, and no name of it is suggested.

What a document asks for by name is answered or refused as ever, so that clients notice nothing. Names
can still be guessed one by one; nothing here helps with guessing.
"""

from collections.abc import Collection
from typing import Any

from graphql import FieldNode, GraphQLError, ScalarLeafsRule
from graphql.validation import ASTValidationRule, ValidationRule
from graphql.validation.validate import ValidationAbortedError

from sessionql.graphql_server.limits.limits import LimitExceeded

TYPENAME = "__typename"
"""Clients need it to tell what they were given, and it tells nothing else."""


class IntrospectionError(ValidationAbortedError):
    """The document asks about the schema."""


class NoIntrospection(ValidationRule):
    """Refuses fields whose names are GraphQL's own: also in fragments, under aliases, and where `@skip` stands."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """By its name, wherever it stands: what is not known to be harmless is refused."""
        name = node.name.value
        if name.startswith("__") and name != TYPENAME:
            raise IntrospectionError("Introspection.")


class QuietLeafs(ScalarLeafsRule):
    """The one rule that suggests something although the library was told not to suggest."""

    def report_error(self, error: GraphQLError) -> None:
        """Without its last sentence."""
        error.message = error.message.partition(" Did you mean ")[0]
        super().report_error(error)


def rules_without_introspection(rules: Collection[type[ASTValidationRule]]) -> Collection[type[ASTValidationRule]]:
    """The rules, for a schema that is not told."""
    quiet = [QuietLeafs if rule is ScalarLeafsRule else rule for rule in rules]
    return [NoIntrospection, *quiet]


def no_introspection(why: str) -> LimitExceeded:
    """Says whom to ask instead, which only the schema's owner knows."""
    return LimitExceeded("INTROSPECTION_DISABLED", why)
