"""Arguments of connections: filters, and clear errors for invalid pagination."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from struct import pack
from typing import Any
from uuid import UUID
from zlib import crc32

import httpx

from tests.conftest import FakeClock
from tests.schema.graphql_client import IPHONE, GraphQLClient

PAGE = """
query Page($first: Int, $after: String, $last: Int, $before: String, $filter: SessionFilter, $orderBy: SessionOrder) {
  me { sessions(
    first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy
  ) { totalCount nodes { id } edges { cursor } } }
}"""
EVENTS = "query($after: String) { me { securityEvents(after: $after) { edges { cursor } } } }"
REVOKE = "mutation($id: ID!) { revokeSession(sessionId: $id) { errors { __typename } } }"


def forged(kind: int, micros: int) -> str:
    """A cursor that was not created by the server, in the correct format."""
    body = pack(">Bq16s", kind, micros, UUID(int=7).bytes)
    return urlsafe_b64encode(body + (crc32(body) & 0xFFFF).to_bytes(2)).decode()


def far(days: int) -> int:
    return timedelta(days=days) // timedelta(microseconds=1)


NO_PAGES: list[tuple[dict[str, Any], str]] = [
    ({"first": 0}, "`first` must be from 1 to 100, not 0"),
    ({"first": -1}, "`first` must be from 1 to 100, not -1"),
    ({"last": 0}, "`last` must be from 1 to 100"),
    ({"first": 2**31}, "Int cannot represent non 32-bit signed integer"),
    ({"first": 10**30}, "Int cannot represent"),
    ({"first": 1.5}, "Int cannot represent"),
    ({"first": "1"}, "Int cannot represent"),
    ({"first": 1, "last": 1}, "`first` or `last`, not both"),
    ({"after": ""}, "is not valid"),
    ({"after": "x"}, "is not valid"),
    ({"after": "\0"}, "is not valid"),
    ({"after": "\0" * 36}, "is not valid"),
    ({"after": "A" * 36}, "is not valid"),
    ({"after": "ü" * 36}, "is not valid"),
    ({"before": "🦊" * 36}, "is not valid"),
    ({"before": "A" * 100_000}, "is not valid"),
    ({"before": forged(1, 2**63 - 1)}, "its time is out of range"),
    ({"before": forged(1, -(2**63))}, "its time is out of range"),
    ({"after": forged(2, 0)}, "another list or order"),
    ({"after": forged(3, 0)}, "another list or order"),
    ({"after": forged(99, 0)}, "another list or order"),
    ({"filter": {"search": ""}}, "`search` must have 1 to 100 printable characters"),
    ({"filter": {"search": "a" * 101}}, "`search` must have 1 to 100 printable characters"),
    ({"filter": {"search": "a\0b"}}, "`search` must have 1 to 100 printable characters"),
    ({"filter": {"search": "\u202e"}}, "`search` must have 1 to 100 printable characters"),
    ({"filter": {"states": ["ASLEEP"]}}, "does not exist in 'SessionState' enum"),
    ({"filter": {"inactiveSince": "yesterday"}}, "a DateTime is written like"),
    ({"filter": {"colour": "red"}}, "'colour'"),
    ({"filter": []}, "SessionFilter"),
    ({"orderBy": {"field": None}}, "SessionOrderField"),
]


async def test_invalid_pagination_arguments_have_a_clear_error(ana: GraphQLClient) -> None:
    for arguments, words in NO_PAGES:
        errors = (await ana.ask(PAGE, **arguments))["errors"]
        assert {error["extensions"]["code"] for error in errors} == {"BAD_USER_INPUT"}
        assert words in errors[0]["message"]


async def test_a_page_that_is_too_large_is_rejected_with_its_own_code(ana: GraphQLClient) -> None:
    for arguments, words in (
        ({"first": 101}, "`first` must be from 1 to 100, not 101"),
        ({"last": 2**31 - 1}, "`last` must be from 1 to 100, not 2147483647"),
    ):
        (error,) = (await ana.ask(PAGE, **arguments))["errors"]
        assert error["extensions"]["code"] == "LIST_TOO_LONG"
        assert words in error["message"]


async def test_forged_cursors_with_extreme_times_are_accepted(ana: GraphQLClient) -> None:
    for days in (-719_162, -1, 0, 2_932_896):
        assert (await ana.get(PAGE, before=forged(1, far(days))))["me"]
        assert (await ana.get(PAGE, after=forged(1, far(days))))["me"]


async def test_a_cursor_is_valid_for_its_own_list_only(ana: GraphQLClient) -> None:
    (edge,) = (await ana.get(EVENTS))["me"]["securityEvents"]["edges"]
    assert await ana.code(PAGE, after=edge["cursor"]) == "BAD_USER_INPUT"
    (edge,) = (await ana.get(PAGE))["me"]["sessions"]["edges"]
    assert await ana.code(EVENTS, after=edge["cursor"]) == "BAD_USER_INPUT"
    assert await ana.code(PAGE, after=edge["cursor"], orderBy={"field": "CREATED_AT"}) == "BAD_USER_INPUT"


async def test_a_cursor_of_another_user_reveals_nothing(ana: GraphQLClient, eve: GraphQLClient) -> None:
    (edge,) = (await eve.get(PAGE))["me"]["sessions"]["edges"]
    for arguments in ({"after": edge["cursor"]}, {"before": edge["cursor"]}):
        found = (await ana.get(PAGE, **arguments))["me"]["sessions"]
        assert eve.session_id not in str(found)


async def test_null_arguments_are_like_absent_ones(ana: GraphQLClient) -> None:
    nothing = dict.fromkeys(("first", "after", "last", "before", "filter", "orderBy"))
    assert await ana.get(PAGE, **nothing) == await ana.get(PAGE)


async def test_each_field_of_the_filter_is_applied(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    clock.advance(minutes=1)
    noon = "2026-11-23T11:17:00Z"
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com", sessionName="50% off_ICE\\")
    gone = await GraphQLClient(http, "curl/8.1").log_in("ana@example.com")
    await ana.get(REVOKE, id=gone.session_id)
    laptop, mobile, ended = ana.session_id, phone.session_id, gone.session_id
    cases: list[tuple[Any, set[str]]] = [
        ({}, {laptop, mobile}),
        (None, {laptop, mobile}),
        ({"states": None}, {laptop, mobile, ended}),
        ({"states": []}, set()),
        ({"states": ["REVOKED"]}, {ended}),
        ({"states": ["REVOKED", "ACTIVE", "ACTIVE"]}, {laptop, mobile, ended}),
        ({"states": ["EXPIRED"]}, set()),
        ({"deviceKinds": ["PHONE"]}, {mobile}),
        ({"deviceKinds": ["PHONE", "DESKTOP"]}, {laptop, mobile}),
        ({"deviceKinds": []}, set()),
        ({"deviceKinds": None}, {laptop, mobile}),
        ({"inactiveSince": noon}, {laptop}),
        ({"inactiveSince": "2026-11-23T11:16:10.123456Z"}, set()),
        ({"search": "LAPTOP"}, {laptop}),
        ({"search": "iphone"}, {mobile}),
        ({"search": "127.0"}, {laptop, mobile}),
        ({"search": "50% off_ice"}, {mobile}),
        ({"search": "50%"}, {mobile}),
        ({"search": "%"}, {mobile}),
        ({"search": "_"}, {mobile}),
        ({"search": "\\"}, {mobile}),
        ({"search": "' OR 1=1 --"}, set()),
        ({"search": "127.0", "deviceKinds": ["DESKTOP"], "states": ["ACTIVE"]}, {laptop}),
    ]
    for filter_, expected in cases:
        found = (await ana.get(PAGE, filter=filter_))["me"]["sessions"]
        assert {node["id"] for node in found["nodes"]} == expected, filter_
        assert found["totalCount"] == len(expected), filter_
