"""The examples of the specification of the scalar DateTime: as variables, as literals, and as results.

https://scalars.graphql.org/chillicream/date-time.html. `test_sdl.py` checks that both schemas refer to it.

"""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionql.schema.scalars import format_instant, parse_instant
from tests.schema.graphql_client import GraphQLClient

pytestmark = pytest.mark.contract("DateTime (chillicream/date-time)")

AS_VARIABLE = "query($at: DateTime) { me { sessions(filter: {inactiveSince: $at}) { totalCount } } }"
AS_LITERAL = '{ me { sessions(filter: {inactiveSince: "%s"}) { totalCount } } }'
VALID = [
    "2023-12-24T15:30:00Z",
    "2023-12-24t15:30:00z",
    "2023-12-24T15:30:00+00:00",
    "2023-12-24T15:30:00-05:00",
    "2023-12-24T15:30:00.123Z",
    "2023-12-24T15:30:00.123456789+01:00",
]
INVALID = [
    "2023-12-24T15:30:00",
    "2023-12-24 15:30:00Z",
    "2023-12-24",
    "15:30:00Z",
    "2023-13-01T00:00:00Z",
    "2023-12-32T00:00:00Z",
    "2023-12-24T15:30:00.1234567890Z",
    "2023-12-24T24:00:00Z",
    "2023-12-24T15:60:00Z",
    "2023-02-30T15:30:00Z",
    "2023-12-24T15:30:00+24:00",
    "2023-12-24T15:30:00+25:00",
    "2023-12-24T15:30:00 UTC",
]
BOUNDS = {
    "2023-12-24T00:00:00.0-23:59": "2023-12-24T23:59:00Z",
    "2023-12-24T23:59:59.999999999+23:59": "2023-12-24T00:00:59.999999Z",
    "2023-12-24T15:30:00-00:00": "2023-12-24T15:30:00Z",
    "2024-02-29T00:00:00Z": "2024-02-29T00:00:00Z",
    "0001-01-01T00:00:00Z": "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999999Z",
}
# Written from the grammar of the specification, and not from the code of the scalar.
RESULT = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]{1,9})?Z"
)


async def test_valid_values_are_accepted(ana: GraphQLClient) -> None:
    for text in [*VALID, *BOUNDS]:
        await ana.get(AS_VARIABLE, at=text)
        await ana.get(AS_LITERAL % text)


async def test_invalid_values_are_rejected(ana: GraphQLClient) -> None:
    for text in INVALID:
        assert await ana.code(AS_VARIABLE, at=text) == "BAD_USER_INPUT", text
        assert await ana.code(AS_LITERAL % text) == "GRAPHQL_VALIDATION_FAILED", text


def test_valid_values_are_returned_as_the_same_instant() -> None:
    assert [format_instant(parse_instant(text)) for text in VALID] == [
        "2023-12-24T15:30:00Z",
        "2023-12-24T15:30:00Z",
        "2023-12-24T15:30:00Z",
        "2023-12-24T20:30:00Z",
        "2023-12-24T15:30:00.123000Z",
        "2023-12-24T14:30:00.123456Z",
    ]
    assert {text: format_instant(parse_instant(text)) for text in BOUNDS} == BOUNDS


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_result_is_valid(at: datetime) -> None:
    assert RESULT.fullmatch(format_instant(at))


def test_the_check_of_results_rejects_invalid_values() -> None:
    """Except for the one that only a calendar can reject."""
    assert [text for text in INVALID if RESULT.fullmatch(text)] == ["2023-02-30T15:30:00Z"]
