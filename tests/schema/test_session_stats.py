"""The field `sessionStats`: numbers for a dashboard."""

from typing import Any

import httpx

from tests.conftest import FakeClock
from tests.schema.graphql_client import IPHONE, GraphQLClient

STATS = "{ me { sessionStats { totalCount activeToday oldestCreatedAt byDeviceKind { kind count } } } }"


async def stats(caller: GraphQLClient) -> Any:
    return (await caller.get(STATS))["me"]["sessionStats"]


async def test_active_sessions_are_counted_and_sorted_by_number(
    http: httpx.AsyncClient, ana: GraphQLClient, eve: GraphQLClient, clock: FakeClock
) -> None:
    assert (await stats(ana))["activeToday"] == 1
    clock.advance(days=2)
    phones = [await GraphQLClient(http, IPHONE).log_in("ana@example.com") for _ in range(3)]
    program = await GraphQLClient(http, "curl/8.1").log_in("ana@example.com")
    ended = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    await ended.get("mutation { logout { session { id } } }")
    assert await stats(phones[0]) == {
        "totalCount": 5,
        "activeToday": 4,
        "oldestCreatedAt": "2026-11-23T11:16:10.123456Z",
        "byDeviceKind": [
            {"kind": "PHONE", "count": 3},
            {"kind": "DESKTOP", "count": 1},
            {"kind": "PROGRAM", "count": 1},
        ],
    }
    assert program.session_id != eve.session_id


async def test_no_other_users_sessions_are_counted(ana: GraphQLClient, eve: GraphQLClient) -> None:
    assert (await stats(eve))["totalCount"] == (await stats(ana))["totalCount"] == 1
