"""`reauthenticate` and `changePassword` through the API."""

from typing import Any

import httpx
import pytest

from tests.conftest import FakeClock
from tests.schema.graphql_client import ERRORS, IPHONE, PASSWORD, GraphQLClient

TOKENS = "tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt } "
REAUTHENTICATE = "mutation($input: ReauthenticateInput!) { reauthenticate(input: $input) { " + TOKENS + ERRORS + "} }"
CHANGE = (
    "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { revokedCount " + TOKENS + ERRORS + "} }"
)
REVOKE_ALL = (
    "mutation { revokeAllSessions { revokedCount errors { __typename "
    "... on UserError { code } ... on ReauthenticationRequiredError { maxAgeSeconds } } } }"
)
MINE = "{ mySessions { id } }"
NEW = "a new correct horse"

TWO_PROOFS = """mutation($i: LoginInput!) { login(input: $i) { session { id } } ...More }
  fragment More on Mutation { reauthenticate(input: {password: "x"}) { errors { __typename } } }"""


async def send_reauthenticate(caller: GraphQLClient, password: str = PASSWORD) -> Any:
    return (await caller.get(REAUTHENTICATE, input={"password": password}))["reauthenticate"]


async def change(caller: GraphQLClient, **input_: Any) -> Any:
    given = {"currentPassword": PASSWORD, "newPassword": NEW} | input_
    return (await caller.get(CHANGE, input=given))["changePassword"]


async def test_an_old_log_in_requires_reauthentication_before_revocations(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    clock.advance(hours=3)
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    query = "mutation($input: RefreshInput!) { refresh(input: $input) { tokens { accessToken } } }"
    refreshed = await ana.get(query, input={"refreshToken": ana.refresh_token})
    ana.token = refreshed["refresh"]["tokens"]["accessToken"]

    rejected = (await ana.get(REVOKE_ALL))["revokeAllSessions"]
    assert rejected == {
        "revokedCount": 0,
        "errors": [
            {
                "__typename": "ReauthenticationRequiredError",
                "code": "REAUTHENTICATION_REQUIRED",
                "maxAgeSeconds": 3600,
            }
        ],
    }
    assert len((await phone.get(MINE))["mySessions"]) == 2

    payload = await send_reauthenticate(ana)
    assert payload["errors"] == []
    assert await ana.code(MINE) == "UNAUTHENTICATED", "the access token was replaced"
    ana.token = payload["tokens"]["accessToken"]
    assert (await ana.get(REVOKE_ALL))["revokeAllSessions"] == {"revokedCount": 1, "errors": []}
    assert await phone.code(MINE) == "UNAUTHENTICATED"


async def test_reauthenticate_and_the_action_fit_into_one_request(ana: GraphQLClient, clock: FakeClock) -> None:
    query = """mutation($input: ReauthenticateInput!) {
      reauthenticate(input: $input) { errors { __typename } }
      revokeAllSessions(keepCurrent: false) { revokedCount errors { __typename } }
    }"""
    ana.token = await _token_of_an_old_log_in(ana, clock)

    data = await ana.get(query, input={"password": PASSWORD})

    assert data["revokeAllSessions"] == {"revokedCount": 1, "errors": []}


async def _token_of_an_old_log_in(caller: GraphQLClient, clock: FakeClock) -> str:
    """The access token of a log-in of two hours ago."""
    clock.advance(hours=2)
    query = "mutation($input: RefreshInput!) { refresh(input: $input) { tokens { accessToken } } }"
    data = await caller.get(query, input={"refreshToken": caller.refresh_token})
    return str(data["refresh"]["tokens"]["accessToken"])


async def test_reauthenticate_returns_an_access_token_only(ana: GraphQLClient) -> None:
    tokens = (await send_reauthenticate(ana))["tokens"]

    assert tokens["accessToken"].count(".") == 2
    assert tokens["refreshToken"] is None
    assert tokens["refreshTokenExpiresAt"] == "2026-12-23T11:16:10.123456Z"


async def test_the_error_of_a_wrong_password_has_its_path(ana: GraphQLClient) -> None:
    reauthenticated, changed = (
        await send_reauthenticate(ana, "wrong horse"),
        await change(ana, currentPassword="wrong horse"),
    )

    assert reauthenticated["tokens"] is None
    assert [(each["code"], each["path"]) for each in reauthenticated["errors"]] == [
        ("INVALID_CREDENTIALS", ["input", "password"])
    ]
    assert (changed["tokens"], changed["revokedCount"]) == (None, 0)
    assert changed["errors"][0]["path"] == ["input", "currentPassword"]


async def test_a_new_password_revokes_the_other_sessions_and_keeps_the_current_one(
    http: httpx.AsyncClient, ana: GraphQLClient
) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")

    payload = await change(ana)

    assert (payload["revokedCount"], payload["errors"]) == (1, [])
    assert await phone.code(MINE) == "UNAUTHENTICATED"
    assert await ana.code(MINE) == "UNAUTHENTICATED"
    ana.token = payload["tokens"]["accessToken"]
    shown = await ana.get("{ me { sessions(filter: {states: [REVOKED]}) { nodes { id revocationReason } } } }")
    assert shown["me"]["sessions"]["nodes"] == [{"id": phone.session_id, "revocationReason": "PASSWORD_CHANGED"}]


async def test_the_error_of_a_weak_new_password_has_its_path(ana: GraphQLClient) -> None:
    (error,) = (await change(ana, newPassword="1234567"))["errors"]

    assert (error["__typename"], error["path"]) == ("InvalidInputError", ["input", "newPassword"])


async def test_without_a_session_there_is_no_reauthentication(http: httpx.AsyncClient) -> None:
    anonymous = GraphQLClient(http)

    assert await anonymous.code(REAUTHENTICATE, input={"password": PASSWORD}) == "UNAUTHENTICATED"
    assert await anonymous.code(CHANGE, input={"currentPassword": PASSWORD, "newPassword": NEW}) == "UNAUTHENTICATED"


async def test_a_document_with_47_log_ins_checks_no_password(ana: GraphQLClient) -> None:
    fields = "\n".join(f"a{number}: login(input: $i) {{ __typename }}" for number in range(47))
    right = {"email": "ana@example.com", "password": PASSWORD}
    for document in ("mutation($i: LoginInput!) {" + fields + "}", TWO_PROOFS):
        assert await ana.code(document, i=right) == "TOO_MANY_EXPENSIVE_FIELDS"

    events = await ana.get("{ me { securityEvents { totalCount } } mySessions { id } }")
    assert (events["me"]["securityEvents"]["totalCount"], len(events["mySessions"])) == (1, 1)


async def test_a_full_queue_of_passwords_is_a_503_with_retry_after(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionql.resolvers.passwords.MAX_PLACES", 0)
    body = {"email": "ana@example.com", "password": PASSWORD}
    query = "mutation($i: LoginInput!) { login(input: $i) { session { id } } }"

    response = await http.post("/graphql", json={"query": query, "variables": {"i": body}})
    assert (response.status_code, response.headers.get("retry-after")) == (503, "1"), response.text
    assert response.json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"


async def test_a_rate_limit_has_the_time_to_wait(http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock) -> None:
    query = """mutation($input: LoginInput!) { login(input: $input) { session { id }
      errors { ... on RateLimitedError { message code path retryAfterSeconds } } } }"""
    anonymous, wrong = GraphQLClient(http), {"email": "ana@example.com", "password": "wrong horse"}
    for _ in range(5):
        await anonymous.get(query, input=wrong)
        clock.advance(seconds=4)

    payload = (await anonymous.get(query, input=wrong | {"password": PASSWORD}))["login"]

    assert payload == {
        "session": None,
        "errors": [
            {
                "message": "Too many attempts. Wait, then try again.",
                "code": "RATE_LIMITED",
                "path": [],
                "retryAfterSeconds": 40,
            }
        ],
    }
    assert (await ana.get(MINE))["mySessions"], "existing sessions stay active"


@pytest.mark.usefixtures("ana")
async def test_an_expired_access_token_still_logs_out_its_session(http: httpx.AsyncClient, clock: FakeClock) -> None:
    """A log-out that succeeds and does nothing would leave the refresh token active."""
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    clock.advance(minutes=10)

    data = await phone.get("mutation { logout { session { id state } } }")

    assert data["logout"]["session"] == {"id": phone.session_id, "state": "REVOKED"}
    query = "mutation($input: RefreshInput!) { refresh(input: $input) { errors { __typename } } }"
    rejected = await phone.get(query, input={"refreshToken": phone.refresh_token})
    assert rejected["refresh"]["errors"] == [{"__typename": "RefreshTokenInvalidError"}]
    again = await phone.get("mutation { logout { session { id } } }")
    assert again["logout"]["session"] is None
