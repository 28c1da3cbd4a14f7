"""Limits of documents, variables and executions. Each has an error code of its own; messages have both numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import GraphQLError
from graphql.language.parser import MAX_NESTING_DEPTH
from graphql.validation.validation_context import MAX_FRAGMENT_WORK

from sessionql.graphql_server.limits.document_size import DocumentSize

TRUSTED_LIMIT = 1_000_000
"""Bounds the reading of a trusted document: larger than documents of people, and still read within seconds."""

MAX_FIELD_ERRORS = 100
"""Errors of fields in one response. Each has a message, and a path that repeats the names of the fields around it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Maxima of one request. With these defaults, accepting or rejecting a document takes at most about 10 ms.

    Most of that time is for tokens. The introspection queries of tools have about 200 tokens.
    """

    characters: int = 32_000
    tokens: int = 600
    depth: int = 20
    aliases: int = 100
    root_fields: int = 100
    directives: int = 50
    comparisons: int = 1_000
    """Pairs of fields with the same response name, which validation compares with each other."""
    validation_errors: int = 5
    name_length: int = 100
    """Characters of an alias, or of the name of an operation, a fragment or a variable."""
    cost: int = 35_000
    """Fields of the response."""
    response_bytes: int = 5 * 1024 * 1024
    """Bytes of the response: those of each field's name and value, as often as the response may have the field."""
    value_bytes: Mapping[str, int] = field(default_factory=dict)
    """Bytes of the largest value of a scalar, or of a field by its coordinate, for `response_bytes`."""
    exclusive_fields: frozenset[str] = frozenset()
    """Names of expensive root fields, of which an operation may have one."""
    values: int = 2_000
    """Values of the variables, in lists and objects too. Larger than `list_size`, whose message is more precise."""
    list_size: int = 100
    """Items of a page. It is part of the cost; resolvers reject larger pages."""
    page_size: int | None = None
    """Items of a page without `first` and `last`, for the cost. None: `list_size`."""
    unpaged_list_size: int | None = None
    """Items of a list field of `Query` without pages, for the cost. None, or smaller: `list_size`."""
    nested_list_size: int | None = None
    """Items of any other list without pages, for the cost. None: `list_size`."""
    seconds: float = 10
    """Duration of an execution."""

    @property
    def for_trusted(self) -> "Limits":
        """The limits of trusted documents, without those that only bound reading: they are read once."""
        return replace(
            self,
            characters=TRUSTED_LIMIT,
            tokens=TRUSTED_LIMIT,
            comparisons=TRUSTED_LIMIT,
            name_length=TRUSTED_LIMIT,
        )


@dataclass(frozen=True, slots=True)
class LimitExceeded:
    """Why a request is not executed."""

    code: str
    message: str

    @property
    def error(self) -> GraphQLError:
        return GraphQLError(self.message, extensions={"code": self.code})


def has_more_values(variables: Mapping[str, Any] | None, max_values: int) -> bool:
    """Whether variables have more values than `max_values`, in lists and objects too. Stops counting there.

    graphql-core coerces each value before a resolver can reject a list that is too long.
    """
    count, stack = 0, [variables]
    while stack:
        inside = stack.pop()
        if isinstance(inside, list | dict):
            count += len(inside)
            if count > max_values:
                return True
            stack += inside.values() if isinstance(inside, dict) else inside
    return False


def too_long(limits: Limits, characters: int) -> LimitExceeded | None:
    """DOCUMENT_TOO_LONG, checked before parsing, which takes time for each character."""
    return _beyond("DOCUMENT_TOO_LONG", "The document is too long", characters, limits.characters, "characters")


def too_many_tokens(limits: Limits) -> LimitExceeded:
    """TOO_MANY_TOKENS. Parsing stops at the limit, so that the number of tokens is unknown."""
    message = f"The document has too many tokens: more than {limits.tokens}, and {limits.tokens} are allowed."
    return LimitExceeded("TOO_MANY_TOKENS", message)


def too_deep(limits: Limits, size: DocumentSize) -> LimitExceeded | None:
    """QUERY_TOO_DEEP: execution or validation would recurse too deeply."""
    code, spread = "QUERY_TOO_DEEP", size.validation_depth
    return _beyond(code, "The document is nested too deeply", size.depth, limits.depth, "levels") or _beyond(
        code, "The document's fragments spread each other too deeply", spread, MAX_NESTING_DEPTH, "levels"
    )


def far_too_deep(limits: Limits) -> LimitExceeded:
    """QUERY_TOO_DEEP of a document that is nested so deeply, in selections, values or types, that parsing stops."""
    message = (
        f"The document is nested too deeply: more than {MAX_NESTING_DEPTH} levels, and {limits.depth} are allowed."
    )
    return LimitExceeded("QUERY_TOO_DEEP", message)


def too_many(limits: Limits, size: DocumentSize) -> LimitExceeded | None:
    """The first count of the document that is beyond its limit."""
    return next(filter(None, _counted(limits, size)), None)


def _counted(limits: Limits, has: DocumentSize) -> Iterator[LimitExceeded | None]:
    yield _beyond("TOO_MANY_ROOT_FIELDS", "The document has too many root fields", has.root_fields, limits.root_fields)
    yield _beyond("TOO_MANY_ALIASES", "The document has too many aliases", has.aliases, limits.aliases)
    yield _beyond("TOO_MANY_DIRECTIVES", "The document has too many directives", has.directives, limits.directives)


def too_many_comparisons(limits: Limits) -> LimitExceeded:
    """TOO_MANY_COMPARISONS. Validation stops at the limit."""
    message = (
        f"The document selects fields of one name too often: more than {limits.comparisons} pairs of them "
        f"would have to be compared, and {limits.comparisons} are allowed. Select each field once."
    )
    return LimitExceeded("TOO_MANY_COMPARISONS", message)


def too_many_spreads() -> LimitExceeded:
    """TOO_MANY_SPREADS: a limit of graphql-core, where validation stops."""
    message = (
        f"The operations of the document share too many fragments: more than {MAX_FRAGMENT_WORK} spreads and variables "
        f"would have to be followed, and {MAX_FRAGMENT_WORK} are allowed. Send fewer operations at a time."
    )
    return LimitExceeded("TOO_MANY_SPREADS", message)


def too_many_errors(limits: Limits) -> LimitExceeded:
    """TOO_MANY_ERRORS, after the errors that are reported."""
    most = limits.validation_errors
    return LimitExceeded(
        "TOO_MANY_ERRORS", f"The document has too many errors: more than {most}, and {most} are reported."
    )


def name_too_long(limits: Limits, characters: int) -> LimitExceeded | None:
    """NAME_TOO_LONG: the response would repeat an alias for each item of a list."""
    return _beyond("NAME_TOO_LONG", "A name is too long", characters, limits.name_length, "characters")


def too_costly(limits: Limits, fields: int, size: int) -> LimitExceeded | None:
    """QUERY_TOO_COSTLY or RESPONSE_TOO_LARGE: the response could have too many fields or bytes (`size`)."""
    exceeded = _beyond(
        "QUERY_TOO_COSTLY", "The document asks for too much", fields, limits.cost, "fields", "up to "
    ) or _beyond(
        "RESPONSE_TOO_LARGE", "The response would be too large", size, limits.response_bytes, "bytes", "up to "
    )
    if exceeded is None:
        return None
    advice = "Ask for smaller pages (`first`), or for less in each."
    return LimitExceeded(exceeded.code, f"{exceeded.message} {advice}")


def too_many_field_errors(count: int) -> LimitExceeded:
    """TOO_MANY_ERRORS, after the errors of fields that are reported."""
    return LimitExceeded(
        "TOO_MANY_ERRORS", f"Too many fields failed: {count}, and the first {MAX_FIELD_ERRORS} are reported."
    )


def too_many_values(limits: Limits) -> LimitExceeded:
    """TOO_MANY_VALUES. Counting stops at the limit."""
    message = f"The variables have too many values: more than {limits.values}, and {limits.values} are allowed."
    return LimitExceeded("TOO_MANY_VALUES", message)


def took_too_long(limits: Limits) -> LimitExceeded:
    """EXECUTION_TIMEOUT. Changes of earlier fields are not undone."""
    message = (
        f"The operation took longer than {limits.seconds:g} seconds and was stopped. "
        "What its earlier fields changed stays changed."
    )
    return LimitExceeded("EXECUTION_TIMEOUT", message)


def _beyond(code: str, what: str, count: int, limit: int, unit: str = "", prefix: str = "") -> LimitExceeded | None:
    if count <= limit:
        return None
    counted = f"{prefix}{count} {unit}".strip()
    return LimitExceeded(code, f"{what}: {counted}, and {limit} are allowed.")
