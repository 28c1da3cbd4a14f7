"""The error codes: one on each failure, the same in GraphQL and REST, each with an HTTP status."""

import pytest

from sessionql.http.errors import STATUSES, bearer_challenge, map_exception, reauthentication_challenge
from sessionql.resolvers import errors
from sessionql.resolvers.errors import Failure, UserNotFound
from sessionql.resolvers.requester import Unauthenticated
from sessionql.schema.enums import ErrorCode
from sessionql.schema.service_enums import ServiceErrorCode

# `slots=True` creates each class twice.
FAILURES = [each for each in Failure.__subclasses__() if getattr(errors, each.__name__) is each]


def test_the_codes_of_graphql_are_those_of_the_failures() -> None:
    assert {failure.code for failure in FAILURES} == {*ErrorCode, *ServiceErrorCode}
    assert len({failure.code for failure in FAILURES}) == len(FAILURES)


@pytest.mark.parametrize("failure", [each for each in FAILURES if each is not UserNotFound])
def test_each_failure_has_a_status(failure: type[Failure]) -> None:
    """Except for UserNotFound, which only the schema of services has."""
    assert 400 <= STATUSES[failure.code] < 500


def test_an_error_of_a_field_leaves_the_status_of_graphql() -> None:
    info = map_exception(Unauthenticated(rejected=False))
    assert info is not None
    assert (info.code, info.status, STATUSES[info.code]) == ("UNAUTHENTICATED", 200, 401)


def test_no_other_exception_is_expected() -> None:
    assert map_exception(RuntimeError("a secret")) is None


def test_only_a_rejected_token_has_an_error_in_its_challenge() -> None:
    assert bearer_challenge(rejected=False) == 'Bearer realm="sessionql"'
    assert bearer_challenge(rejected=True) == 'Bearer realm="sessionql", error="invalid_token"'
    assert 'max_age="60"' in reauthentication_challenge(60)
