"""The mutation `refresh`: concurrent refreshes of tabs succeed, reused and late tokens do not."""

from typing import Any

import httpx

from tests.conftest import FakeClock
from tests.schema.graphql_client import ERRORS, IPHONE, GraphQLClient

REFRESH = (
    """
mutation($input: RefreshInput!) { refresh(input: $input) {
  session { id isCurrent lastActive expiresAt } tokens { accessToken accessTokenExpiresAt refreshToken }
  """
    + ERRORS.replace("path }", "path } ... on RefreshTokenInvalidError { reuseDetected }")
    + "} }"
)


async def refresh(caller: GraphQLClient, token: str) -> Any:
    return (await caller.get(REFRESH, input={"refreshToken": token}))["refresh"]


def assert_rejected(payload: Any, *, reused: bool) -> None:
    (error,) = payload["errors"]
    assert error["message"]
    del error["message"]
    assert error == {
        "__typename": "RefreshTokenInvalidError",
        "code": "REFRESH_TOKEN_INVALID",
        "path": ["input", "refreshToken"],
        "reuseDetected": reused,
    }
    assert (payload["session"], payload["tokens"]) == (None, None)


async def test_a_refresh_returns_new_tokens_of_the_same_session(ana: GraphQLClient, clock: FakeClock) -> None:
    clock.advance(minutes=5)
    assert await ana.code("{ mySessions { id } }") == "UNAUTHENTICATED", "the access token is too old"
    payload = await refresh(ana, ana.refresh_token)
    assert payload["errors"] == []
    assert payload["session"] == {
        "id": ana.session_id,
        "isCurrent": True,
        "lastActive": "2026-11-23T11:21:10.123456Z",
        "expiresAt": "2026-12-23T11:21:10.123456Z",
    }
    assert payload["tokens"]["refreshToken"] != ana.refresh_token
    assert payload["tokens"]["accessTokenExpiresAt"] == "2026-11-23T11:26:10Z"
    ana.token = payload["tokens"]["accessToken"]
    assert (await ana.get("{ mySessions { id } }"))["mySessions"] == [{"id": ana.session_id}]


async def test_concurrent_refreshes_return_the_same_successor(ana: GraphQLClient, clock: FakeClock) -> None:
    first = await refresh(ana, ana.refresh_token)
    clock.advance(seconds=9)
    second = await refresh(ana, ana.refresh_token)
    assert first["tokens"]["refreshToken"] == second["tokens"]["refreshToken"]
    assert second["errors"] == []


async def test_a_reused_token_revokes_its_session(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    successor = (await refresh(ana, ana.refresh_token))["tokens"]["refreshToken"]
    clock.advance(seconds=10)
    assert_rejected(await refresh(GraphQLClient(http, IPHONE), ana.refresh_token), reused=True)
    assert_rejected(await refresh(ana, successor), reused=False)
    assert await ana.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    query = "query($id: ID!) { session(id: $id) { state revocationReason events { nodes { kind } } } }"
    session = (await phone.get(query, id=ana.session_id))["session"]
    assert (session["state"], session["revocationReason"]) == ("REVOKED", "REFRESH_TOKEN_REUSED")
    assert session["events"]["nodes"][0] == {"kind": "REFRESH_TOKEN_REUSED"}


async def test_an_invalid_refresh_token_is_rejected(ana: GraphQLClient) -> None:
    valid = ana.refresh_token
    others = ["", "sqlr_", "x", "\0", "ü" * 97, "a" * 100_000, valid[:-1], valid + "A", valid.upper(), f" {valid}"]
    changed = [valid[:index] + ("A" if valid[index] != "A" else "B") + valid[index + 1 :] for index in (5, 40, 96)]
    for token in [*others, *changed, ana.token or ""]:
        assert_rejected(await refresh(ana, token), reused=False)
    assert (await refresh(ana, valid))["errors"] == [], "and none of that did any harm"


async def test_a_revoked_session_is_not_refreshed(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    await ana.get("mutation { revokeAllSessions { revokedCount } }")
    assert_rejected(await refresh(phone, phone.refresh_token), reused=False)


async def test_an_expired_session_is_not_refreshed(ana: GraphQLClient, clock: FakeClock) -> None:
    clock.advance(days=30)
    assert_rejected(await refresh(ana, ana.refresh_token), reused=False)


async def test_no_refresh_extends_the_absolute_lifetime(ana: GraphQLClient, clock: FakeClock) -> None:
    token, payload = ana.refresh_token, None
    for _ in range(3):
        clock.advance(days=29, hours=23)
        payload = await refresh(ana, token)
        token = payload["tokens"]["refreshToken"]
    assert payload
    assert payload["session"]["expiresAt"] == "2027-02-21T11:16:10.123456Z", "ninety days after the log-in"
    clock.advance(hours=3)
    assert_rejected(await refresh(ana, token), reused=False)


async def test_after_reuse_was_detected_the_rest_of_the_request_is_unauthenticated(
    ana: GraphQLClient, clock: FakeClock
) -> None:
    first, latest = ana.refresh_token, await refresh(ana, ana.refresh_token)
    clock.advance(seconds=11)
    query = """mutation($old: RefreshInput!) {
      refresh(input: $old) { errors { ... on RefreshTokenInvalidError { reuseDetected } } }
      revokeAllSessions { keptSession { id } } }"""
    answer = await ana.ask(query, old={"refreshToken": first})
    assert latest["errors"] == []
    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


async def test_reuse_of_a_token_of_another_session_does_not_affect_the_request(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    other = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    await refresh(other, other.refresh_token)
    clock.advance(seconds=11)
    query = """mutation($old: RefreshInput!) {
      refresh(input: $old) { errors { ... on RefreshTokenInvalidError { reuseDetected } } }
      revokeAllSessions { keptSession { id } } }"""
    data = await ana.get(query, old={"refreshToken": other.refresh_token})
    assert data["refresh"]["errors"] == [{"reuseDetected": True}]
    assert data["revokeAllSessions"]["keptSession"] == {"id": ana.session_id}


async def test_a_retry_key_returns_the_same_successor_after_the_grace(ana: GraphQLClient, clock: FakeClock) -> None:
    sent = {"refreshToken": ana.refresh_token, "retryKey": "0123456789abcdef"}
    first = (await ana.get(REFRESH, input=sent))["refresh"]
    clock.advance(minutes=4)

    again = (await ana.get(REFRESH, input=sent))["refresh"]

    assert (first["errors"], again["errors"]) == ([], [])
    assert first["tokens"]["refreshToken"] == again["tokens"]["refreshToken"]


async def test_a_retry_key_of_another_form_is_rejected(ana: GraphQLClient) -> None:
    payload = (await ana.get(REFRESH, input={"refreshToken": ana.refresh_token, "retryKey": "short"}))["refresh"]
    (error,) = payload["errors"]

    assert (error["__typename"], error["code"], error["path"]) == (
        "InvalidInputError",
        "INVALID_INPUT",
        ["input", "retryKey"],
    )
    assert (await refresh(ana, ana.refresh_token))["errors"] == []


async def test_another_program_is_shown_as_a_change_of_the_device(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    clock.advance(minutes=4)
    curl = GraphQLClient(http, "curl/8.5.0")
    curl.token = (await refresh(curl, ana.refresh_token))["tokens"]["accessToken"]

    event_fields = "kind device previousDevice session { device }"
    data = await curl.get(
        "{ mySessions { isCurrent device userAgent } "
        f"me {{ securityEvents(first: 1) {{ nodes {{ {event_fields} }} }} }} }}"
    )

    assert data["mySessions"] == [{"isCurrent": True, "device": "curl", "userAgent": "curl/8.5.0"}]
    (event,) = data["me"]["securityEvents"]["nodes"]
    assert event == {
        "kind": "DEVICE_CHANGED",
        "device": "curl",
        "previousDevice": "Firefox on Ubuntu",
        "session": {"device": "curl"},
    }
