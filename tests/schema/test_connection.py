"""Pagination of `me.sessions`: in both directions each session is returned exactly once."""

from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import httpx
import pytest

from tests.conftest import FakeClock
from tests.schema.graphql_client import GraphQLClient

PAGE = """
query Page($first: Int, $after: String, $last: Int, $before: String, $orderBy: SessionOrder) {
  me { sessions(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
    totalCount nodes { id } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }
}"""
REVOKE = "mutation($id: ID!) { revokeSession(sessionId: $id) { errors { __typename } } }"
ORDERS = [{"field": field, "direction": way} for field, way in product(("LAST_ACTIVE", "CREATED_AT"), ("DESC", "ASC"))]


@pytest.fixture
async def newest_first(http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock) -> list[str]:
    """Nine sessions of Ana, newest first: four created at one time, and five at another."""
    instants = [[ana.session_id], []]
    for instant, count in ((0, 3), (1, 5)):
        for _ in range(count):
            instants[instant].append((await GraphQLClient(http).log_in("ana@example.com")).session_id)
        clock.advance(seconds=20)  # less than the interval after which a use is stored
    # Ties are broken by id; ids have one spelling, so that their text sorts like them.
    return sorted(instants[1], reverse=True) + sorted(instants[0], reverse=True)


async def page(caller: GraphQLClient, **arguments: Any) -> Any:
    sessions = (await caller.get(PAGE, **arguments))["me"]["sessions"]
    cursors = [edge["cursor"] for edge in sessions["edges"]]
    assert [edge["node"] for edge in sessions["edges"]] == sessions["nodes"]
    assert sessions["pageInfo"]["startCursor"] == (cursors[0] if cursors else None)
    assert sessions["pageInfo"]["endCursor"] == (cursors[-1] if cursors else None)
    return sessions


async def forwards(caller: GraphQLClient, size: int, **more: Any) -> AsyncIterator[Any]:
    after = None
    while True:
        found = await page(caller, first=size, after=after, **more)
        yield found
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            return


async def backwards(caller: GraphQLClient, size: int, **more: Any) -> AsyncIterator[Any]:
    before = None
    while True:
        found = await page(caller, last=size, before=before, **more)
        yield found
        before = found["pageInfo"]["startCursor"]
        if not found["pageInfo"]["hasPreviousPage"]:
            return


def ids(found: Any) -> list[str]:
    return [node["id"] for node in found["nodes"]]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order['field']}-{order['direction']}")
async def test_every_session_is_returned_once_in_both_directions(
    ana: GraphQLClient, newest_first: list[str], order: dict[str, str]
) -> None:
    expected = newest_first if order["direction"] == "DESC" else newest_first[::-1]
    for size in (1, 2, 3, 4, 9, 100):
        pages = [found async for found in forwards(ana, size, orderBy=order)]
        assert [id_ for found in pages for id_ in ids(found)] == expected
        assert len(pages) == -(-9 // size)
        back = [found async for found in backwards(ana, size, orderBy=order)]
        assert [id_ for found in reversed(back) for id_ in ids(found)] == expected
        assert {found["totalCount"] for found in pages + back} == {9}


async def test_page_info_is_correct_on_every_page(ana: GraphQLClient, newest_first: list[str]) -> None:
    assert len(newest_first) == 9
    pages = [found["pageInfo"] async for found in forwards(ana, 3)]
    assert [(each["hasPreviousPage"], each["hasNextPage"]) for each in pages] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    back = [found["pageInfo"] async for found in backwards(ana, 3)]
    assert [(each["hasPreviousPage"], each["hasNextPage"]) for each in back] == [
        (True, False),
        (True, True),
        (False, True),
    ]


@pytest.mark.parametrize("direction", [forwards, backwards])
async def test_a_revocation_between_two_pages_neither_skips_nor_repeats_others(
    ana: GraphQLClient, newest_first: list[str], direction: Any
) -> None:
    others = [id_ for id_ in newest_first if id_ != ana.session_id]
    met: list[str] = []
    first, last = None, None
    async for found in direction(ana, 2):
        met += ids(found)
        if first is None:
            # One session that was just returned, whose cursor is used next, and one that was not returned yet.
            first = next(id_ for id_ in ids(found)[:: -1 if direction is forwards else 1] if id_ in others)
            last = next(id_ for id_ in others if id_ not in met)
            await ana.get(REVOKE, id=first)
            await ana.get(REVOKE, id=last)
    assert len(met) == len(set(met)), "none came twice"
    assert set(met) == set(newest_first) - {last}


async def test_a_page_between_two_cursors(ana: GraphQLClient, newest_first: list[str]) -> None:
    whole = await page(ana, first=100)
    after, before = whole["edges"][1]["cursor"], whole["edges"][6]["cursor"]
    assert ids(await page(ana, after=after, before=before)) == newest_first[2:6]
    assert ids(await page(ana, after=after, before=before, first=2)) == newest_first[2:4]
    assert ids(await page(ana, after=after, before=before, last=2)) == newest_first[4:6]
    assert ids(await page(ana, after=before, before=after)) == []


async def test_the_page_after_the_last_session_is_empty(ana: GraphQLClient, newest_first: list[str]) -> None:
    end = (await page(ana, first=100))["pageInfo"]["endCursor"]
    beyond = await page(ana, first=2, after=end)
    assert (beyond["nodes"], beyond["totalCount"]) == ([], len(newest_first))
    assert beyond["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }


async def test_the_default_page_size_is_twenty(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    for _ in range(20):
        await GraphQLClient(http).log_in("ana@example.com")
    found = await page(ana)
    assert (len(found["nodes"]), found["totalCount"], found["pageInfo"]["hasNextPage"]) == (20, 21, True)


async def test_a_used_session_moves_to_the_first_page(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    phone = await GraphQLClient(http).log_in("ana@example.com")
    clock.advance(minutes=2)
    query = "mutation($input: RefreshInput!) { refresh(input: $input) { tokens { accessToken } } }"
    await ana.get(query, input={"refreshToken": ana.refresh_token})
    by_use = await page(ana, orderBy={"field": "LAST_ACTIVE"})
    by_birth = await page(ana, orderBy={"field": "CREATED_AT"})
    assert ids(by_use) == [ana.session_id, phone.session_id]
    assert ids(by_birth) == sorted(ids(by_use), reverse=True), "made at the same instant, so by id"
