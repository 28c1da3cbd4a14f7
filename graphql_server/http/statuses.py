"""Which HTTP status tells what became of a request: the published audits' answer, or the newer draft's.

The audits are those of graphql-http, and what the specification asked for when they were written; the draft
is that of GraphQL over HTTP since 2025. Where neither differs from plain HTTP (405, 406, 413, 415), nothing is
looked up here.
"""

from enum import StrEnum
from http import HTTPStatus

from sessionql.graphql_server.outcome import Outcome
from sessionql.http_kit.media_types import GRAPHQL_JSON, JSON

PARTIAL_SUCCESS = 294
"""The draft's own: data, and errors."""
_SUCCESS = range(200, 300)


class HttpProfile(StrEnum):
    """Whose statuses to answer with."""

    AUDITED = "audited"
    DRAFT = "draft"


# None: the status that the error asks for.
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
    # The older type says 200 for every answer to a well-formed request.
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
    # 294 has its meaning from the newer type: without it nobody knows the number.
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
    """The status of an outcome. `asked_for` is what an error in it asks for."""
    return _STATUSES[profile, media_type][outcome] or requested


def media_type_of(profile: HttpProfile, media_type: str, status: int) -> str:
    """The media type of an answer. In the draft an error is marked as GraphQL's whatever the client takes."""
    return GRAPHQL_JSON if profile is HttpProfile.DRAFT and status not in _SUCCESS else media_type
