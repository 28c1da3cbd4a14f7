"""Reading documents: each is parsed and validated once, then remembered, wrong ones too."""

from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, validate
from graphql.validation.validate import ValidationAbortedError

from sessionql.graphql_server.documents.lru_cache import LRUCache
from sessionql.graphql_server.limits.cost import Costs
from sessionql.graphql_server.limits.counts import counts_of
from sessionql.graphql_server.limits.depth import depths_of
from sessionql.graphql_server.limits.introspection import (
    IntrospectionError,
    no_introspection,
    rules_without_introspection,
)
from sessionql.graphql_server.limits.limits import (
    LimitExceeded,
    Limits,
    far_too_deep,
    too_costly,
    too_deep,
    too_long,
    too_many,
    too_many_comparisons,
    too_many_errors,
    too_many_spreads,
    too_many_tokens,
)
from sessionql.graphql_server.limits.overlapping_fields import TooManyComparisonsError, rules_with_budget

SYNTAX = "GRAPHQL_PARSE_FAILED"
INVALID = "GRAPHQL_VALIDATION_FAILED"


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document, or why it cannot be executed."""

    ast: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    code: str = ""


class Documents:
    """The documents of one schema, each within the limits or refused."""

    def __init__(
        self, schema: GraphQLSchema, limits: Limits, *, max_documents: int, max_characters: int, introspection_error: str | None = None
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._conceal = introspection_error
        self._costs = Costs(schema, limits.list_size)
        self._rules = (
            rules_with_budget(limits.comparisons)
            if introspection_error is None
            else rules_without_introspection(rules_with_budget(limits.comparisons))
        )
        # A parsed document takes some hundred times the memory of its text, and anybody may send any.
        self._known = LRUCache[Document](max_documents, max_characters)

    def get(self, source: str) -> Document:
        """The document of this source, from memory where it was seen before."""
        found = self._known.get(source)
        if found is not None:
            return found
        if refusal := too_long(self._limits, len(source)):
            return _refused(refusal)
        document = self._read(source)
        self._known.put(source, document, len(source))
        return document

    def _read(self, source: str) -> Document:
        try:
            ast = parse(source, max_tokens=self._limits.tokens)
        except GraphQLError as error:
            return self._unreadable(error)
        refusal = too_deep(self._limits, depths_of(ast)) or too_many(self._limits, counts_of(ast))
        if refusal:
            return _refused(refusal)
        if errors := self._validate(ast):
            return errors
        refusal = too_costly(self._limits, self._costs.of(ast))
        return _refused(refusal) if refusal else Document(ast)

    def _unreadable(self, error: GraphQLError) -> Document:
        # The library has one kind of syntax errors only, so that its words have to tell.
        if error.message.startswith("Syntax Error: Document contains more than "):
            return _refused(too_many_tokens(self._limits))
        if error.message.startswith("Syntax Error: Document is nested too deeply"):
            return _refused(far_too_deep(self._limits))
        return Document(None, (error,), SYNTAX)

    def _validate(self, ast: DocumentNode) -> Document | None:
        errors = validate(
            self._schema,
            ast,
            self._rules,
            self._limits.validation_errors,
            hide_suggestions=self._conceal is not None,
        )
        if not errors:
            return None
        if isinstance(errors[-1], IntrospectionError):
            return _refused(no_introspection(self._conceal or ""))
        if not isinstance(errors[-1], ValidationAbortedError):
            return Document(None, tuple(errors), INVALID)
        if isinstance(errors[-1], TooManyComparisonsError):
            return _refused(too_many_comparisons(self._limits))
        # The library has one more bound than that on errors, and does not say which it was.
        if len(errors) <= self._limits.validation_errors:
            return _refused(too_many_spreads())
        return Document(None, (*errors[:-1], too_many_errors(self._limits).error), INVALID)


def _refused(refusal: LimitExceeded) -> Document:
    return Document(None, (refusal.error,), refusal.code)
