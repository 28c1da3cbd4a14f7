"""The fields of a session are the same on every path to it, and exactly one session is current."""

from typing import Any

import httpx
from graphql import GraphQLObjectType

from sessionql.schema.build import graphql_schema
from tests.conftest import FakeClock
from tests.schema.graphql_client import FIREFOX, IPHONE, GraphQLClient

ALL = """
fragment All on Session {
  id isCurrent state name device userAgent ipAddress createdAt lastActive expiresAt revokedAt revocationReason
  deviceInfo { kind browser browserVersion os osVersion model }
  location { label city country countryCode }
  events { totalCount nodes { kind } }
}"""
FIVE_WAYS = """
query($id: ID!) {
  mySessions { ...All }
  me { currentSession { ...All } sessions { nodes { ...All } edges { node { ...All } } } }
  session(id: $id) { ...All }
  node(id: $id) { ...All }
  nodes(ids: [$id]) { ...All }
}"""
REVOKE = "mutation($id: ID!) { revokeSession(sessionId: $id) { errors { __typename } } }"


def test_every_field_is_selected_here() -> None:
    session = graphql_schema.type_map["Session"]
    assert isinstance(session, GraphQLObjectType)
    assert [name for name in session.fields if name not in ALL.split()] == []


async def test_every_path_to_a_session_returns_the_same(ana: GraphQLClient) -> None:
    data = await ana.get(FIVE_WAYS + ALL, id=ana.session_id)
    expected = {
        "id": ana.session_id,
        "isCurrent": True,
        "state": "ACTIVE",
        "name": "Laptop",
        "device": "Firefox on Ubuntu",
        "userAgent": FIREFOX,
        "ipAddress": "127.0.0.1",
        "createdAt": "2026-11-23T11:16:10.123456Z",
        "lastActive": "2026-11-23T11:16:10.123456Z",
        "expiresAt": "2026-12-23T11:16:10.123456Z",
        "revokedAt": None,
        "revocationReason": None,
        "deviceInfo": {
            "kind": "DESKTOP",
            "browser": "Firefox",
            "browserVersion": "128.0",
            "os": "Ubuntu",
            "osVersion": None,
            "model": None,
        },
        "location": None,
        "events": {"totalCount": 1, "nodes": [{"kind": "REGISTERED"}]},
    }
    assert data["mySessions"] == [expected]
    assert data["me"]["currentSession"] == expected
    assert data["me"]["sessions"] == {"nodes": [expected], "edges": [{"node": expected}]}
    assert data["session"] == data["node"] == expected
    assert data["nodes"] == [expected]


async def test_a_revoked_session_has_its_time_and_reason(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    clock.advance(seconds=60)
    await ana.get(REVOKE, id=phone.session_id)
    data = await ana.get(FIVE_WAYS + ALL, id=phone.session_id)
    shown = data["session"]
    assert (shown["state"], shown["isCurrent"]) == ("REVOKED", False)
    assert shown["revokedAt"] == "2026-11-23T11:17:10.123456Z"
    assert shown["revocationReason"] == "REVOKED_BY_USER"
    assert [each["kind"] for each in shown["events"]["nodes"]] == ["SESSION_REVOKED", "NEW_DEVICE", "LOGGED_IN"]
    assert data["node"] == shown
    assert [each["id"] for each in data["mySessions"]] == [ana.session_id]


async def test_an_unused_session_expires_by_itself(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    clock.advance(days=29, hours=23)
    assert await states(ana, await GraphQLClient(http).log_in("ana@example.com")) == "ACTIVE"
    clock.advance(hours=1)
    assert await states(ana, await GraphQLClient(http).log_in("ana@example.com")) == "EXPIRED"


async def states(old: GraphQLClient, new: GraphQLClient) -> Any:
    return (await new.get("query($id: ID!) { session(id: $id) { state } }", id=old.session_id))["session"]["state"]


async def test_each_device_has_exactly_one_current_session(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    tablet = await GraphQLClient(http).log_in("ana@example.com", sessionName="Kitchen")
    for device in (ana, phone, tablet):
        data = await device.get(
            "{ mySessions { id isCurrent } me { sessions { nodes { id isCurrent } } currentSession { id } } }"
        )
        for listed in (data["mySessions"], data["me"]["sessions"]["nodes"]):
            assert len(listed) == 3
            assert [each["id"] for each in listed if each["isCurrent"]] == [device.session_id]
        assert data["me"]["currentSession"]["id"] == device.session_id


async def test_a_client_without_user_agent_has_an_unknown_device(http: httpx.AsyncClient) -> None:
    caller = await GraphQLClient(http, "").register("bob@example.com")
    (shown,) = (await caller.get("{ mySessions { device userAgent deviceInfo { kind } } }"))["mySessions"]
    assert shown == {"device": "Unknown device", "userAgent": None, "deviceInfo": {"kind": "UNKNOWN"}}
