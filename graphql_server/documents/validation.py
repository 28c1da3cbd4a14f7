"""Parses and validates documents, checks them against the limits, and caches the result, errors too."""

import re
from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, validate
from graphql.validation.validate import ValidationAbortedError

from sessionql.graphql_server.documents.introspection_types import specified_introspection
from sessionql.graphql_server.documents.lru_cache import LRUCache
from sessionql.graphql_server.engine_messages import is_nesting_limit, is_token_limit
from sessionql.graphql_server.limits.cost import Costs
from sessionql.graphql_server.limits.document_size import longest_name, size_of
from sessionql.graphql_server.limits.exclusive_fields import too_many_exclusive
from sessionql.graphql_server.limits.limits import (
    LimitExceeded,
    Limits,
    far_too_deep,
    name_too_long,
    too_costly,
    too_deep,
    too_long,
    too_many,
    too_many_comparisons,
    too_many_errors,
    too_many_spreads,
    too_many_tokens,
)
from sessionql.graphql_server.limits.rules import IntrospectionError, TooManyComparisonsError, rules
from sessionql.graphql_server.outcome import Outcome

SYNTAX_ERROR = "GRAPHQL_PARSE_FAILED"
VALIDATION_ERROR = "GRAPHQL_VALIDATION_FAILED"
INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED"
_INTROSPECTION = re.compile(r"__(?:schema|type)\b")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document; or without `ast` the errors, the code of those without one, and the outcome of a request.

    `introspects`: it may have the fields `__schema` or `__type`. `fields`: how many its response may have.
    """

    ast: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    code: str = ""
    outcome: Outcome = Outcome.INVALID
    introspects: bool = False
    fields: int = 0


class Documents:
    """The documents of one schema. `introspection_error` as for an Engine."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        max_documents: int,
        max_characters: int,
        introspection_error: str | None = None,
    ) -> None:
        self._schema = specified_introspection(schema)
        self._limits = limits
        self._introspection_error = introspection_error
        self._costs = Costs(schema, limits)
        self._rules = rules(limits.comparisons, introspection=introspection_error is None)
        # A parsed document takes about a hundred times the memory of its text.
        self._cache = LRUCache[Document](max_documents, max_characters)
        self.characters_read = 0
        """Characters of all documents that were parsed so far."""

    def get(self, source: str) -> Document:
        """The document of a source text."""
        cached = self._cache.get(source)
        if cached is not None:
            return cached
        if exceeded := too_long(self._limits, len(source)):
            return _rejected(exceeded)
        self.characters_read += len(source)
        document = self._read(source)
        self._cache.put(source, document, len(source))
        return document

    def _read(self, source: str) -> Document:
        try:
            # By default graphql-core accepts empty selection sets, which the specification does not have.
            ast = parse(source, max_tokens=self._limits.tokens, allow_empty_selection_sets=False)
        except GraphQLError as error:
            return self._not_parsed(error)
        size = size_of(ast)
        exceeded = (
            too_deep(self._limits, size)
            or too_many(self._limits, size)
            or name_too_long(self._limits, longest_name(ast, source, self._limits.name_length))
        )
        if exceeded:
            return _rejected(exceeded)
        if invalid := self._validate(ast):
            return invalid
        fields, bytes_ = self._costs.of(ast)
        exceeded = too_costly(self._limits, fields, bytes_) or self._too_many_exclusive(ast, source)
        introspects = _INTROSPECTION.search(source) is not None
        return _rejected(exceeded) if exceeded else Document(ast, introspects=introspects, fields=fields)

    def _too_many_exclusive(self, ast: DocumentNode, source: str) -> LimitExceeded | None:
        names = self._limits.exclusive_fields
        # Most documents have none of these fields.
        return too_many_exclusive(ast, names) if any(name in source for name in names) else None

    def _not_parsed(self, error: GraphQLError) -> Document:
        if is_token_limit(error.message):
            return _rejected(too_many_tokens(self._limits))
        if is_nesting_limit(error.message):
            return _rejected(far_too_deep(self._limits))
        return Document(None, (error,), SYNTAX_ERROR, Outcome.SYNTAX_ERROR)

    def _validate(self, ast: DocumentNode) -> Document | None:
        errors = validate(
            self._schema,
            ast,
            self._rules,
            self._limits.validation_errors,
            hide_suggestions=self._introspection_error is not None,
        )
        if not errors:
            return None
        if isinstance(errors[-1], IntrospectionError):
            return _rejected(LimitExceeded(INTROSPECTION_DISABLED, self._introspection_error or ""))
        if not isinstance(errors[-1], ValidationAbortedError):
            return Document(None, tuple(errors), VALIDATION_ERROR)
        if isinstance(errors[-1], TooManyComparisonsError):
            return _rejected(too_many_comparisons(self._limits))
        # graphql-core aborts validation at its own limit of spreads too, with the same class.
        if len(errors) <= self._limits.validation_errors:
            return _rejected(too_many_spreads())
        return Document(None, (*errors[:-1], too_many_errors(self._limits).error), VALIDATION_ERROR)


def _rejected(exceeded: LimitExceeded) -> Document:
    return Document(None, (exceeded.error,), exceeded.code)
