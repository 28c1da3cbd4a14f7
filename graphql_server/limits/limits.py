"""What a document may have at most. Each limit refuses by a code of its own, and with numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from graphql import GraphQLError
from graphql.language.parser import MAX_NESTING_DEPTH
from graphql.validation.validation_context import MAX_FRAGMENT_WORK

from sessionql.graphql_server.limits.counts import Counts
from sessionql.graphql_server.limits.depth import Depths

TRUSTED_LIMIT = 1_000_000
"""What bounds the reading of trusted documents: more than anybody writes, and yet read within seconds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest documents and the longest executions there may be.

    With these defaults no document takes longer than about 10 ms to be accepted or refused; most of it goes
    by the tokens. What tools ask to learn the schema has 200 of them.
    """

    characters: int = 32_000
    tokens: int = 600
    depth: int = 20
    aliases: int = 100
    root_fields: int = 100
    directives: int = 50
    comparisons: int = 1_000
    """Pairs of fields of one name in one place, which must be compared with each other."""
    validation_errors: int = 5
    cost: int = 50_000
    values: int = 2_000
    """Of the variables, in their lists and objects too. Far more than `list_size`, which says more to who reads it."""
    list_size: int = 100
    """Items of a page, and entries of a list of ids. Counted here for the cost; refused by who reads the lists."""
    seconds: float = 10

    @property
    def for_trusted(self) -> "Limits":
        """The limits of trusted documents: those that bound only the reading, which is done once, are for strangers."""
        return replace(self, characters=TRUSTED_LIMIT, tokens=TRUSTED_LIMIT, comparisons=TRUSTED_LIMIT)


@dataclass(frozen=True, slots=True)
class LimitExceeded:
    """Why a document will not be executed."""

    code: str
    message: str

    @property
    def error(self) -> GraphQLError:
        """The refusal as an error of GraphQL."""
        return GraphQLError(self.message, extensions={"code": self.code})


def too_long(limits: Limits, characters: int) -> LimitExceeded | None:
    """Refuses before anything is read: reading takes time for each character."""
    return _beyond("DOCUMENT_TOO_LONG", "The document is too long", characters, limits.characters, "characters")


def too_many_tokens(limits: Limits) -> LimitExceeded:
    """How many there are nobody knows: counting them all is the work that the limit saves."""
    message = f"The document has too many tokens: more than {limits.tokens}, and {limits.tokens} are allowed."
    return LimitExceeded("TOO_MANY_TOKENS", message)


def too_deep(limits: Limits, depths: Depths) -> LimitExceeded | None:
    """Refuses what executing and answering, or validating, would nest too deeply for."""
    code, spread = "QUERY_TOO_DEEP", depths.with_spreads
    return _beyond(code, "The document is nested too deeply", depths.selections, limits.depth, "levels") or _beyond(
        code, "The document's fragments spread each other too deeply", spread, MAX_NESTING_DEPTH, "levels"
    )


def far_too_deep(limits: Limits) -> LimitExceeded:
    """Nested so deeply that reading stopped, in selections, values or types."""
    message = (
        f"The document is nested too deeply: more than {MAX_NESTING_DEPTH} levels, and {limits.depth} are allowed."
    )
    return LimitExceeded("QUERY_TOO_DEEP", message)


def too_many(limits: Limits, counts: Counts) -> LimitExceeded | None:
    """The first of the counted limits that a document is beyond."""
    return next(filter(None, _counted(limits, counts)), None)


def _counted(limits: Limits, has: Counts) -> Iterator[LimitExceeded | None]:
    yield _beyond("TOO_MANY_ROOT_FIELDS", "The document has too many root fields", has.root_fields, limits.root_fields)
    yield _beyond("TOO_MANY_ALIASES", "The document has too many aliases", has.aliases, limits.aliases)
    yield _beyond("TOO_MANY_DIRECTIVES", "The document has too many directives", has.directives, limits.directives)


def too_many_comparisons(limits: Limits) -> LimitExceeded:
    """The comparing stopped here, so that nobody knows how many more there are."""
    message = (
        f"The document selects fields of one name too often: more than {limits.comparisons} pairs of them "
        f"would have to be compared, and {limits.comparisons} are allowed. Select each field once."
    )
    return LimitExceeded("TOO_MANY_COMPARISONS", message)


def too_many_spreads() -> LimitExceeded:
    """The validating stopped here. How many there are is known to nobody."""
    message = (
        f"The operations of the document share too many fragments: more than {MAX_FRAGMENT_WORK} spreads and variables "
        f"would have to be followed, and {MAX_FRAGMENT_WORK} are allowed. Send fewer operations at a time."
    )
    return LimitExceeded("TOO_MANY_SPREADS", message)


def too_many_errors(limits: Limits) -> LimitExceeded:
    """Follows the errors that are told."""
    most = limits.validation_errors
    return LimitExceeded("TOO_MANY_ERRORS", f"The document has too many errors: more than {most}, and {most} are told.")


def too_costly(limits: Limits, cost: int) -> LimitExceeded | None:
    """Refuses what could make the answer too large."""
    found = _beyond("QUERY_TOO_COSTLY", "The document asks for too much", cost, limits.cost, "fields", "up to ")
    return found and LimitExceeded(found.code, f"{found.message} Ask for smaller pages (`first`), or for less in each.")


def too_many_values(limits: Limits) -> LimitExceeded:
    """How many there are nobody knows: the counting stopped here."""
    message = f"The variables have too many values: more than {limits.values}, and {limits.values} are allowed."
    return LimitExceeded("TOO_MANY_VALUES", message)


def took_too_long(limits: Limits) -> LimitExceeded:
    """Says what is done and what is not: only the client knows whether to ask again."""
    message = (
        f"The operation took longer than {limits.seconds:g} seconds and was stopped. "
        "What its earlier fields changed stays changed."
    )
    return LimitExceeded("EXECUTION_TIMEOUT", message)


def _beyond(code: str, what: str, has: int, most: int, unit: str = "", about: str = "") -> LimitExceeded | None:
    if has <= most:
        return None
    count = f"{about}{has} {unit}".strip()
    return LimitExceeded(code, f"{what}: {count}, and {most} are allowed.")
