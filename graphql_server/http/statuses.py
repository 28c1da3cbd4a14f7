"""HTTP statuses of outcomes, by profile and media type.

The profile `audited` is what the audits of graphql-http check, and what the specification had when they were written;
`draft` is GraphQL over HTTP since 2025. Statuses of plain HTTP (405, 406, 413, 415) are the same in both.
"""

from enum import StrEnum
from http import HTTPStatus

from sessionql.graphql_server.outcome import Outcome
from sessionql.http_kit.media_types import GRAPHQL_JSON, JSON

PARTIAL_SUCCESS = 294
"""Data and errors. Only the draft defines it."""
_SUCCESS = range(200, 300)


class HttpProfile(StrEnum):
    """Whose statuses responses have."""

    AUDITED = "audited"
    DRAFT = "draft"


# None: the status that the error requests.
_STATUSES: dict[tuple[HttpProfile, str], dict[Outcome, int | None]] = {
    (HttpProfile.AUDITED, GRAPHQL_JSON): {
        Outcome.MALFORMED: 400,
        Outcome.SYNTAX_ERROR: 400,
        Outcome.INVALID: 400,
        Outcome.COMPLETE: 200,
        Outcome.PARTIAL: 200,
        Outcome.FAILED: None,
        Outcome.NOT_EXECUTED: None,
    },
    # With the older type, every well-formed request has the status 200.
    (HttpProfile.AUDITED, JSON): {
        Outcome.MALFORMED: 400,
        Outcome.SYNTAX_ERROR: 200,
        Outcome.INVALID: 200,
        Outcome.COMPLETE: 200,
        Outcome.PARTIAL: 200,
        Outcome.FAILED: None,
        Outcome.NOT_EXECUTED: None,
    },
    (HttpProfile.DRAFT, GRAPHQL_JSON): {
        Outcome.MALFORMED: 422,
        Outcome.SYNTAX_ERROR: 400,
        Outcome.INVALID: 422,
        Outcome.COMPLETE: 200,
        Outcome.PARTIAL: PARTIAL_SUCCESS,
        Outcome.FAILED: PARTIAL_SUCCESS,
        Outcome.NOT_EXECUTED: None,
    },
    # 294 is defined for the newer type only.
    (HttpProfile.DRAFT, JSON): {
        Outcome.MALFORMED: 422,
        Outcome.SYNTAX_ERROR: 400,
        Outcome.INVALID: 422,
        Outcome.COMPLETE: 200,
        Outcome.PARTIAL: 200,
        Outcome.FAILED: 200,
        Outcome.NOT_EXECUTED: None,
    },
}


def status_of(profile: HttpProfile, media_type: str, outcome: Outcome, requested: int = HTTPStatus.OK) -> int:
    """The HTTP status of an outcome. `requested` is the status that its errors request."""
    return _STATUSES[profile, media_type][outcome] or requested


def media_type_of(profile: HttpProfile, media_type: str, status: int) -> str:
    """The media type of a response. In the draft, errors always have GraphQL's own type."""
    return GRAPHQL_JSON if profile is HttpProfile.DRAFT and status not in _SUCCESS else media_type
