"""Security events: of the account and of each session, newest first, paginated."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.conftest import FakeClock
from tests.schema.graphql_client import IPHONE, GraphQLClient

ACCOUNT = """
query($kinds: [SecurityEventKind!], $first: Int, $after: String, $last: Int, $before: String) {
  me { securityEvents(kinds: $kinds, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id } }
    nodes { id kind occurredAt ipAddress device session { id } actor { id } }
  } }
}"""
OF_SESSION = """
query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  session(id: $id) { events(first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id kind }
  } }
}"""
RENAME = "mutation($input: RenameSessionInput!) { renameSession(input: $input) { errors { __typename } } }"
REVOKE_ALL = "mutation { revokeAllSessions { revokedCount } }"


async def rename(caller: GraphQLClient, name: str) -> None:
    await caller.get(RENAME, input={"sessionId": caller.session_id, "name": name})


async def test_events_have_the_session_that_caused_them(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    clock.advance(seconds=1)
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    await rename(ana, "Mine")
    await ana.get(REVOKE_ALL)
    events = (await ana.get(ACCOUNT))["me"]["securityEvents"]
    assert events["totalCount"] == 6
    shown = [(each["kind"], each["session"], each["actor"]) for each in events["nodes"]]
    mine, theirs = {"id": ana.session_id}, {"id": phone.session_id}
    logged_in = [("NEW_DEVICE", theirs, theirs), ("LOGGED_IN", theirs, theirs)]
    assert shown[2:] == [("SESSION_RENAMED", mine, mine), *logged_in, ("REGISTERED", mine, mine)]
    assert sorted(shown[:2], key=str) == [("SESSIONS_REVOKED", None, mine), ("SESSION_REVOKED", theirs, mine)]
    last = events["nodes"][-1]
    assert last["occurredAt"] == "2026-11-23T11:16:10.123456Z"
    assert (last["device"], last["ipAddress"]) == ("Firefox on Ubuntu", "127.0.0.1")


async def test_events_are_filtered_by_kind(ana: GraphQLClient) -> None:
    await rename(ana, "One")
    for kinds, expected in [
        (["REGISTERED"], ["REGISTERED"]),
        (["SESSION_RENAMED", "REGISTERED"], ["SESSION_RENAMED", "REGISTERED"]),
        (["LOGGED_OUT"], []),
        ([], []),
        (None, ["SESSION_RENAMED", "REGISTERED"]),
    ]:
        events = (await ana.get(ACCOUNT, kinds=kinds))["me"]["securityEvents"]
        assert [each["kind"] for each in events["nodes"]] == expected
        assert events["totalCount"] == len(expected)


@pytest.fixture
def without_folding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal events are rows of their own: this is about pages."""
    monkeypatch.setattr("sessionql.storage.events.fold_key", lambda _event: None)


async def ids_of_all_pages(
    caller: GraphQLClient, query: str, path: tuple[str, str], *, back: bool, **more: Any
) -> list[str]:
    returned: list[str] = []
    cursor = None
    while True:
        arguments = {"last": 2, "before": cursor} if back else {"first": 2, "after": cursor}
        found = (await caller.get(query, **arguments, **more))[path[0]][path[1]]
        names = [node["id"] for node in found["nodes"]]
        returned = names + returned if back else returned + names
        info = found["pageInfo"]
        cursor = info["startCursor"] if back else info["endCursor"]
        assert info["hasNextPage" if back else "hasPreviousPage"] is (len(returned) > len(names))
        if not info["hasPreviousPage" if back else "hasNextPage"]:
            return returned


@pytest.mark.usefixtures("without_folding")
async def test_events_of_one_instant_are_returned_once_in_both_directions(ana: GraphQLClient) -> None:
    for n in range(6):
        await rename(ana, f"N{n}")
    whole = [each["id"] for each in (await ana.get(ACCOUNT))["me"]["securityEvents"]["nodes"]]
    assert len(whole) == 7
    for query, path, more in (
        (ACCOUNT, ("me", "securityEvents"), {}),
        (OF_SESSION, ("session", "events"), {"id": ana.session_id}),
    ):
        assert await ids_of_all_pages(ana, query, path, back=False, **more) == whole
        assert await ids_of_all_pages(ana, query, path, back=True, **more) == whole


async def test_a_session_has_its_own_events_only(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    await rename(phone, "Pocket")
    events = (await ana.get(OF_SESSION, id=phone.session_id))["session"]["events"]
    assert [each["kind"] for each in events["nodes"]] == ["SESSION_RENAMED", "NEW_DEVICE", "LOGGED_IN"]
    assert events["totalCount"] == 3
    assert (await ana.get(OF_SESSION, id=ana.session_id))["session"]["events"]["totalCount"] == 1


@pytest.mark.usefixtures("without_folding")
async def test_each_session_of_a_list_has_its_own_page_of_events(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    for n in range(3):
        await rename(ana, f"N{n}")
    data = await ana.get("{ mySessions { id events(first: 2) { nodes { kind } pageInfo { hasNextPage } } } }")
    shown = {each["id"]: each["events"] for each in data["mySessions"]}
    assert [each["kind"] for each in shown[ana.session_id]["nodes"]] == ["SESSION_RENAMED"] * 2
    assert shown[ana.session_id]["pageInfo"] == {"hasNextPage": True}
    logged_in = [{"kind": "NEW_DEVICE"}, {"kind": "LOGGED_IN"}]
    assert shown[phone.session_id] == {"nodes": logged_in, "pageInfo": {"hasNextPage": False}}


async def test_a_user_does_not_see_another_users_events(ana: GraphQLClient, eve: GraphQLClient) -> None:
    assert (await eve.get(OF_SESSION, id=ana.session_id))["session"] is None
    events = (await eve.get(ACCOUNT))["me"]["securityEvents"]["nodes"]
    assert [each["session"]["id"] for each in events] == [eve.session_id]


async def test_invalid_sizes_and_cursors_of_events_are_rejected(ana: GraphQLClient) -> None:
    for arguments, code in (
        ({"first": 0}, "BAD_USER_INPUT"),
        ({"last": 101}, "LIST_TOO_LONG"),
        ({"first": 1, "last": 1}, "BAD_USER_INPUT"),
        ({"after": "x"}, "BAD_USER_INPUT"),
        ({"before": "\0"}, "BAD_USER_INPUT"),
    ):
        assert await ana.code(ACCOUNT, **arguments) == code
        assert await ana.code(OF_SESSION, id=ana.session_id, **arguments) == code


async def test_equal_events_of_an_hour_are_one_with_a_count(ana: GraphQLClient, clock: FakeClock) -> None:
    times = "{ me { securityEvents(first: 1) { nodes { kind count occurredAt lastOccurredAt } totalCount } } }"
    await rename(ana, "One")
    first = clock()
    once = (await ana.get(times))["me"]["securityEvents"]
    last = clock.advance(minutes=4)
    await rename(ana, "Two")

    found = (await ana.get(times))["me"]["securityEvents"]

    assert once["nodes"][0]["count"] == 1
    assert once["nodes"][0]["occurredAt"] == once["nodes"][0]["lastOccurredAt"]
    (event,) = found["nodes"]
    assert (event["kind"], event["count"], found["totalCount"]) == ("SESSION_RENAMED", 2, once["totalCount"])
    shown = [datetime.fromisoformat(event[name]) for name in ("occurredAt", "lastOccurredAt")]
    assert shown == [first, last]
