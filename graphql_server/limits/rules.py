"""Validation rules: those of the specification with a bound on their work, and rules that disable introspection."""

from collections.abc import Collection
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    OverlappingFieldsCanBeMergedRule,
    ScalarLeafsRule,
    SelectionSetNode,
    ValidationContext,
    specified_rules,
)
from graphql.validation import ASTValidationRule, ValidationRule
from graphql.validation.validate import ValidationAbortedError

from sessionql.graphql_server.engine_messages import without_suggestion

TYPENAME = "__typename"
"""Allowed without introspection: clients need it, and it reveals only the type of an object that they received."""


class TooManyComparisonsError(ValidationAbortedError):
    """More pairs of fields must be compared than the limit allows."""


class IntrospectionError(ValidationAbortedError):
    """The document has an introspection field."""


def rules(max_comparisons: int, *, introspection: bool = True) -> Collection[type[ASTValidationRule]]:
    """The rules of the specification. OverlappingFieldsCanBeMerged, the only rule that is not linear, has a budget.

    Without `introspection`, fields whose names begin with `__` are rejected, and no rule suggests names.
    """

    class BoundedOverlappingFields(OverlappingFieldsCanBeMergedRule):
        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            # graphql-core charges two units per pair.
            self.rule_context.remaining_complexity_budget = 2 * max_comparisons

        def enter_selection_set(self, selection_set: SelectionSetNode, _key: Any, parent: Any, *args: Any) -> None:
            try:
                super().enter_selection_set(selection_set, _key, parent, *args)
            except ValidationAbortedError:
                if self.rule_context.remaining_complexity_budget < 0:
                    raise TooManyComparisonsError("Too many comparisons.") from None
                raise

    replaced: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
        OverlappingFieldsCanBeMergedRule: BoundedOverlappingFields
    }
    if not introspection:
        replaced[ScalarLeafsRule] = ScalarLeafsWithoutSuggestion
    bounded = [replaced.get(rule, rule) for rule in specified_rules]
    return bounded if introspection else [NoIntrospection, *bounded]


class NoIntrospection(ValidationRule):
    """Rejects introspection fields: also in fragments, under aliases, and where `@skip` excludes them."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        # By its name, not by its type: names that later versions of GraphQL reserve are rejected too.
        name = node.name.value
        if name.startswith("__") and name != TYPENAME:
            raise IntrospectionError("Introspection.")


class ScalarLeafsWithoutSuggestion(ScalarLeafsRule):
    """ScalarLeafs. It is the only rule that suggests names although `hide_suggestions` is set."""

    def report_error(self, error: GraphQLError) -> None:
        error.message = without_suggestion(error.message)
        super().report_error(error)
