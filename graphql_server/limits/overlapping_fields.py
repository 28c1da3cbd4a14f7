"""Whether the fields of one name can be one in the answer: the only rule whose work is not linear.

Two fields that stand in one place under one name are compared, and each pair is a step: hundreds of them
would take seconds. What people write has next to none.
"""

from collections.abc import Collection
from typing import Any

from graphql import OverlappingFieldsCanBeMergedRule, SelectionSetNode, ValidationContext, specified_rules
from graphql.validation import ASTValidationRule
from graphql.validation.validate import ValidationAbortedError


class TooManyComparisonsError(ValidationAbortedError):
    """More pairs would have to be compared than may be."""


def rules_with_budget(comparisons: int) -> Collection[type[ASTValidationRule]]:
    """The rules of the specification, with a bound on the comparing."""

    class Bounded(OverlappingFieldsCanBeMergedRule):
        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            # A pair costs the library two.
            self.rule_context.remaining_complexity_budget = 2 * comparisons

        def enter_selection_set(self, selection_set: SelectionSetNode, _key: Any, parent: Any, *args: Any) -> None:
            try:
                super().enter_selection_set(selection_set, _key, parent, *args)
            except ValidationAbortedError:
                if self.rule_context.remaining_complexity_budget < 0:
                    raise TooManyComparisonsError("Too many comparisons.") from None
                raise

    return [Bounded if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules]
