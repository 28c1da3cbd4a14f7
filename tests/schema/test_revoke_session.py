"""The mutation `revokeSession`: it ends one session of the user at once, and no other."""

from typing import Any

import httpx

from tests.conftest import FakeClock
from tests.schema.graphql_client import ERRORS, IPHONE, GraphQLClient

REVOKE = (
    """
mutation($id: ID!) { revokeSession(sessionId: $id) {
  session { id state isCurrent revokedAt revocationReason } wasCurrent """
    + ERRORS
    + "} }"
)
EVERYTHING = (
    "{ me { sessions(filter: {states: null}) { nodes { id state revokedAt } } securityEvents { totalCount } } }"
)


async def revoke(caller: GraphQLClient, id_: Any) -> Any:
    return (await caller.get(REVOKE, id=id_))["revokeSession"]


async def test_another_device_is_signed_out_at_once(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    assert await revoke(ana, phone.session_id) == {
        "session": {
            "id": phone.session_id,
            "state": "REVOKED",
            "isCurrent": False,
            "revokedAt": "2026-11-23T11:16:10.123456Z",
            "revocationReason": "REVOKED_BY_USER",
        },
        "wasCurrent": False,
        "errors": [],
    }
    assert await phone.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    assert (await ana.get("{ mySessions { id } }"))["mySessions"] == [{"id": ana.session_id}]


async def test_revoking_the_current_session_logs_this_client_out(ana: GraphQLClient) -> None:
    payload = await revoke(ana, ana.session_id)
    assert (payload["wasCurrent"], payload["session"]["isCurrent"]) == (True, True)
    assert payload["session"]["revocationReason"] == "LOGGED_OUT"
    assert await ana.code("{ me { id } }") == "UNAUTHENTICATED"


async def test_the_rest_of_the_request_is_unauthenticated(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    query = """mutation($mine: ID!, $other: ID!) {
      first: revokeSession(sessionId: $mine) { wasCurrent query { me { id } } }
      second: revokeSession(sessionId: $other) { wasCurrent }
    }"""
    answer = await ana.ask(query, mine=ana.session_id, other=phone.session_id)
    failed = {tuple(error["path"]): error["extensions"]["code"] for error in answer["errors"]}
    assert failed[("second",)] == "UNAUTHENTICATED"
    assert set(failed.values()) == {"UNAUTHENTICATED"}
    assert (await phone.get("{ mySessions { id } }"))["mySessions"] == [{"id": phone.session_id}]


async def test_a_session_of_another_user_is_like_an_unknown_one(ana: GraphQLClient, eve: GraphQLClient) -> None:
    before = await ana.get(EVERYTHING), await eve.get(EVERYTHING)
    event = (await ana.get("{ me { id securityEvents { nodes { id } } } }"))["me"]
    tried = [ana.session_id, "00000000-0000-7000-8000-000000000000", "x", "", "\0", ana.session_id.upper()]
    tried += [eve.session_id.upper(), event["id"], event["securityEvents"]["nodes"][0]["id"], "1" * 100_000]
    answers = [(await eve.send(REVOKE, id=id_)).content for id_ in tried]
    assert len(set(answers)) == 1, "byte for byte"
    (error,) = (await revoke(eve, ana.session_id))["errors"]
    assert (error["__typename"], error["code"]) == ("SessionNotFoundError", "SESSION_NOT_FOUND")
    assert error["path"] == ["sessionId"]
    assert (await ana.get(EVERYTHING), await eve.get(EVERYTHING)) == before


async def test_a_revoked_session_does_not_change(http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    first = await revoke(ana, phone.session_id)
    clock.advance(minutes=1)
    before = await ana.get(EVERYTHING)
    again = await revoke(ana, phone.session_id)
    assert again == first
    assert again["errors"] == []
    assert await ana.get(EVERYTHING) == before


async def test_an_expired_session_does_not_become_revoked(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    clock.advance(days=30)
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    payload = await revoke(phone, ana.session_id)
    assert (payload["errors"], payload["session"]["state"]) == ([], "EXPIRED")
    assert payload["session"]["revokedAt"] is None


async def test_the_payload_has_the_remaining_sessions(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    query = """mutation($id: ID!) { revokeSession(sessionId: $id) {
      query { mySessions { id isCurrent } me { sessions { totalCount } sessionStats { totalCount } } }
    } }"""
    left = (await ana.get(query, id=phone.session_id))["revokeSession"]["query"]
    assert left["mySessions"] == [{"id": ana.session_id, "isCurrent": True}]
    assert left["me"] == {"sessions": {"totalCount": 1}, "sessionStats": {"totalCount": 1}}
