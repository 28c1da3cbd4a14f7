"""The answer to a request: the body of the response, and the outcome of the operation."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeAlias

from sessionql.http_kit.errors import ErrorInfo


class Outcome(Enum):
    """The outcome of a request for an operation. With an HttpProfile it decides the HTTP status."""

    MALFORMED = auto()
    """The JSON is not a GraphQL request."""
    SYNTAX_ERROR = auto()
    """The document cannot be parsed."""
    INVALID = auto()
    """The document is invalid or exceeds a limit, or the operation name or the variables do not fit it."""
    NOT_EXECUTED = auto()
    """Not executed for a reason outside the document. The error requests the status."""
    COMPLETE = auto()
    """Executed without errors."""
    PARTIAL = auto()
    """Executed, with data and errors."""
    FAILED = auto()
    """Executed, with errors and no data."""


_EXECUTED = frozenset({Outcome.COMPLETE, Outcome.PARTIAL, Outcome.FAILED})


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of a response. `status` is the HTTP status that its errors request, if the outcome leaves it open."""

    body: dict[str, Any]
    outcome: Outcome
    status: int = 200

    @property
    def executed(self) -> bool:
        """Whether execution began."""
        return self.outcome in _EXECUTED


def answer_of(error: ErrorInfo) -> Answer:
    """The answer to a request that was not executed because of this error."""
    extensions: dict[str, Any] = {"code": error.code}
    if error.retry_after is not None:
        extensions["retryAfter"] = error.retry_after
    body = {"errors": [{"message": error.message, "extensions": extensions}]}
    return Answer(body, Outcome.NOT_EXECUTED, error.status)


Answers: TypeAlias = AsyncGenerator[Answer, None]
"""The answers of a subscription. One that was not executed is the last."""
