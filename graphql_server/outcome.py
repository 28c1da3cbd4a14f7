"""The answer to a request, and what became of it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeAlias

from sessionql.http_kit.errors import ErrorInfo


class Outcome(Enum):
    """What became of a request for an operation."""

    MALFORMED = auto()
    """It is JSON, and yet no request."""
    SYNTAX_ERROR = auto()
    """Its document is no GraphQL."""
    INVALID = auto()
    """Its document is not valid or too large, or its operation or variables do not fit."""
    COMPLETE = auto()
    PARTIAL = auto()
    """There is data, and errors."""
    FAILED = auto()
    """Executed, and nothing is left but errors."""
    NOT_EXECUTED = auto()
    """Not executed, for a reason that is none of the document's."""


_REFUSED = {400: Outcome.SYNTAX_ERROR, 422: Outcome.INVALID}


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of a response. `executed` is False when the request never came to that."""

    body: dict[str, Any]
    status: int
    executed: bool

    @property
    def outcome(self) -> Outcome:
        """What became of the request."""
        if not self.executed:
            return _REFUSED.get(self.status, Outcome.NOT_EXECUTED)
        if "errors" not in self.body:
            return Outcome.COMPLETE
        return Outcome.FAILED if self.body["data"] is None else Outcome.PARTIAL


def answer_of(fault: ErrorInfo) -> Answer:
    """The answer when nothing was executed, for a reason that is no error of the document's."""
    body = {"errors": [{"message": fault.message, "extensions": {"code": fault.code}}]}
    return Answer(body, fault.status, executed=False)


Answers: TypeAlias = AsyncGenerator[Answer, None]
"""Those of a subscription. One that was not executed is the last: there is nothing more to come."""
