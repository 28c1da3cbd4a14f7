"""`TokenDelivery`: what a client may request, and the errors when it may not."""

import httpx
import pytest

from tests.schema.graphql_client import ERRORS, PASSWORD, GraphQLClient

TOKENS = "{ tokens { accessToken refreshToken accessTokenExpiresAt refreshTokenExpiresAt } " + ERRORS + " }"
LOG_IN = f"mutation($input: LoginInput!) {{ login(input: $input) {TOKENS} }}"
ANA = {"email": "ana@example.com", "password": PASSWORD}
HERE = {"Origin": "http://sessionql.test", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize("more", [{}, {"delivery": "BEARER"}])
async def test_by_default_tokens_are_in_the_payload(ana: GraphQLClient, more: dict[str, str]) -> None:
    response = await ana.send(LOG_IN, input=ANA | more)
    assert all(response.json()["data"]["login"]["tokens"].values())
    assert "set-cookie" not in response.headers


async def test_other_values_are_rejected(ana: GraphQLClient) -> None:
    for other in ("POST", "", None, "cookie"):
        assert await ana.code(LOG_IN, input=ANA | {"delivery": other}) == "BAD_USER_INPUT"


async def test_cookies_are_only_for_pages_and_other_clients_are_not_logged_in(
    http: httpx.AsyncClient, ana: GraphQLClient
) -> None:
    for wrong in ({}, {"password": "wrong horse"}):
        error = await GraphQLClient(http).error(LOG_IN, input=ANA | {"delivery": "COOKIE"} | wrong)
        assert (error["path"], error["extensions"]["code"]) == (["login"], "CSRF_REFUSED")
        assert "Origin" in error["message"]
    assert len((await ana.get("{ mySessions { id } }"))["mySessions"]) == 1


async def test_a_failed_log_in_sets_no_cookies(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    input_ = ANA | {"delivery": "COOKIE", "password": "wrong horse"}
    response = await http.post("/graphql", json={"query": LOG_IN, "variables": {"input": input_}}, headers=HERE)
    payload = response.json()["data"]["login"]
    assert (payload["tokens"], payload["errors"][0]["code"]) == (None, "INVALID_CREDENTIALS")
    assert "set-cookie" not in response.headers
    assert await ana.get("{ me { email } }") == {"me": {"email": "ana@example.com"}}


async def test_the_rest_of_the_request_uses_the_created_session(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    query = """mutation($input: LoginInput!) { login(input: $input) { session { id } }
      revokeAllSessions(keepCurrent: true) { revokedCount keptSession { id } } }"""
    variables = {"input": ANA | {"delivery": "COOKIE"}}
    response = await http.post("/graphql", json={"query": query, "variables": variables}, headers=HERE)
    data = response.json()["data"]
    assert data["revokeAllSessions"] == {"revokedCount": 1, "keptSession": data["login"]["session"]}
    assert len(response.headers.get_list("set-cookie")) == 3
    assert await ana.code("{ me { email } }") == "UNAUTHENTICATED"


async def test_a_field_refreshes_the_cookies_of_the_field_before_it(
    http: httpx.AsyncClient, ana: GraphQLClient
) -> None:
    """It must not use those of the request: their refresh token was used, and using it again
    would revoke the session.
    """
    await ana.get("{ me { id } }")
    query = """mutation($input: LoginInput!) { login(input: $input) { session { id } }
      first: refresh(input: {}) { errors { __typename } }
      refresh(input: {}) { session { id } errors { ... on UserError { message } } } }"""
    body = {"query": query, "variables": {"input": ANA | {"delivery": "COOKIE"}}}
    data = (await http.post("/graphql", json=body, headers=HERE)).json()["data"]
    assert data["refresh"] == {"session": data["login"]["session"], "errors": []}
