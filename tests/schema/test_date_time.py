"""The scalar DateTime: one output format, and RFC 3339 as input."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionql.schema.scalars import format_instant, parse_instant
from tests.conftest import FakeClock
from tests.schema.graphql_client import GraphQLClient

COUNT = "query($at: DateTime) { me { sessions(filter: {inactiveSince: $at}) { totalCount } } }"
GOOD = {
    "2026-11-23T11:16:10Z": 0,
    "2026-11-23T11:16:10.123456Z": 0,
    "2026-11-23T11:16:10.123457Z": 1,
    "2026-11-23T11:16:10.2Z": 1,
    "2026-11-23T12:16:11+01:00": 1,
    "2026-11-23T12:16:10+01:00": 0,
    "2026-11-23T11:16:11-00:00": 1,
    "2026-11-22T11:26:11-23:50": 1,
    "2026-11-23t11:16:11z": 1,
    "2026-11-23T11:16:10.123456999Z": 0,
    "2026-11-23T11:16:10.1234570Z": 1,
    "0001-01-01T00:00:00Z": 0,
    "9999-12-31T23:59:59.999999Z": 1,
}
BAD = [
    "",
    "now",
    "2026-11-23",
    "2026-11-23T11:16:10",
    "2026-11-23 11:16:10Z",
    "2026-11-23T11:16Z",
    "2026-11-23T11:16:10.1234567890Z",
    "2026-11-23T11:16:10.Z",
    "2026-11-23T11:16:10,5Z",
    "2026-11-23T11:16:10+0100",
    "2026-11-23T11:16:10+01",
    "2026-11-23T11:16:10+24:00",
    "2026-11-23T11:16:10+01:60",
    "2026-11-23T11:16:10 Z",
    "2026-11-23T11:16:10Z\n",
    " 2026-11-23T11:16:10Z",
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-11-23T24:00:00Z",
    "2026-11-23T24:00:01Z",
    "2026-11-23T23:59:60Z",
    "2026-11-23T25:00:00Z",
    "2026-11-23T11:16:60Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "-2026-11-23T11:16:10Z",
    "+12026-11-23T11:16:10Z",
    "٢٠٢٦-11-23T11:16:10Z",
    "2026-W48-1T11:16:10Z",
    "2026-11-23T11:16:10Z\0",
    "9" * 30_000,
    1795432570,
    1.5,
    True,
    [],
    {},
    ["2026-11-23T11:16:10Z"],
]


async def test_an_instant_is_accepted_with_any_offset(ana: GraphQLClient) -> None:
    for text, expected in GOOD.items():
        assert (await ana.get(COUNT, at=text))["me"]["sessions"]["totalCount"] == expected, text


async def test_an_invalid_instant_is_rejected_as_a_variable(ana: GraphQLClient) -> None:
    for value in BAD:
        error = await ana.error(COUNT, at=value)
        assert error["extensions"]["code"] == "BAD_USER_INPUT", value
        assert "$at" in error["message"]


async def test_an_invalid_instant_is_rejected_as_a_literal(ana: GraphQLClient) -> None:
    for value in [f'"{text}"' for text in BAD if isinstance(text, str) and text.isprintable()] + ["1", "A", "[]", "{}"]:
        query = "{ me { sessions(filter: {inactiveSince: " + value + "}) { totalCount } } }"
        assert await ana.code(query) == "GRAPHQL_VALIDATION_FAILED", value


async def test_the_error_has_an_example(ana: GraphQLClient) -> None:
    error = await ana.error(COUNT, at="yesterday")
    assert "2026-11-23T11:16:10Z" in error["message"]
    assert "no such DateTime" in (await ana.error(COUNT, at="2026-02-30T00:00:00Z"))["message"]


async def test_instants_are_returned_in_utc_with_z(ana: GraphQLClient, clock: FakeClock) -> None:
    assert (await ana.get("{ me { createdAt } }"))["me"]["createdAt"] == "2026-11-23T11:16:10.123456Z"
    clock.now = datetime(2026, 11, 23, 11, 20, 0, tzinfo=UTC)
    query = 'mutation { renameSession(input: {sessionId: "x"}) { errors { __typename } } register(input: '
    query += '{email: "bob@example.com", password: "correct horse battery"}) { user { createdAt } } }'
    assert (await ana.get(query))["register"]["user"]["createdAt"] == "2026-11-23T11:20:00Z"


@given(st.datetimes(timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m)))))
def test_every_instant_is_equal_after_a_round_trip(at: datetime) -> None:
    try:
        expected = at.astimezone(UTC)
    except OverflowError:
        with pytest.raises(ValueError, match="no such DateTime"):
            parse_instant(at.isoformat())
        return
    text = format_instant(at)
    assert text.endswith("Z")
    assert parse_instant(text) == expected
    assert parse_instant(at.isoformat()) == expected


@given(st.text(alphabet="0123456789-:.TZtz+ ", max_size=35) | st.text())
def test_random_text_is_rejected_without_a_server_error(text: str) -> None:
    with suppress(ValueError):
        assert parse_instant(text).tzinfo is UTC
