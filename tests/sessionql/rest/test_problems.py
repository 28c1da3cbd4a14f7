"""The status, code and headers of problem details do not depend on the text of the message."""

from collections.abc import Callable

import pytest
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sessionql.http_kit.errors import RequestError
from sessionql.resolvers import errors
from sessionql.resolvers.cookie_jar import CookiesRejected
from sessionql.resolvers.errors import InvalidArgument
from sessionql.resolvers.requester import Unauthenticated
from sessionql.resolvers.service_keys import Forbidden
from sessionql.rest.problems import FailureRaised, from_exception
from sessionql.storage import StorageUnavailable
from sessionql.storage.records import Scope

RAISED: list[Callable[[], Exception]] = [
    lambda: Unauthenticated(rejected=True),
    lambda: Unauthenticated(rejected=False),
    lambda: Forbidden(Scope.OPERATOR),
    lambda: CookiesRejected("Cookies are for pages of this origin."),
    lambda: InvalidArgument("`first` is at most 100."),
    lambda: StorageUnavailable("gone"),
    lambda: RequestError(415, "Send JSON.", "UNSUPPORTED_MEDIA_TYPE"),
    lambda: HTTPException(404),
    lambda: FailureRaised(errors.RateLimited(retry_after_seconds=5)),
    lambda: FailureRaised(errors.ReauthenticationRequired(max_age_seconds=60)),
]


def outline(response: Response) -> tuple[int, list[tuple[bytes, bytes]]]:
    """The status and the headers, without the length of the body."""
    return response.status_code, [pair for pair in response.raw_headers if pair[0] != b"content-length"]


@pytest.mark.parametrize("make", RAISED)
def test_the_message_changes_nothing_else(make: Callable[[], Exception]) -> None:
    error, reworded = make(), make()
    reworded.args = ("Your session is over",)
    assert outline(from_exception(error)) == outline(from_exception(reworded))


def test_a_rejected_token_and_no_token_have_different_challenges() -> None:
    rejected, missing = (from_exception(Unauthenticated(rejected=flag)) for flag in (True, False))
    assert rejected.headers["www-authenticate"] == 'Bearer realm="sessionql", error="invalid_token"'
    assert missing.headers["www-authenticate"] == 'Bearer realm="sessionql"'


def test_an_unexpected_exception_is_masked() -> None:
    response = from_exception(RuntimeError("the password of the database is hunter2"))
    assert response.status_code == 500
    assert b"hunter2" not in bytes(response.body)
