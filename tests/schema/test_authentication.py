"""Requests without a session, with a session, and with a rejected token."""

from base64 import urlsafe_b64encode

import httpx
import pytest

from tests.conftest import FakeClock
from tests.schema.graphql_client import IPHONE, GraphQLClient

ME = "{ me { id email } }"
MINE = "{ mySessions { id } }"
NEEDS_SESSION = {
    "mySessions": MINE,
    "session": '{ session(id: "x") { id } }',
    "node": '{ node(id: "x") { id } }',
    "nodes": '{ nodes(ids: ["x"]) { id } }',
    "revokeSession": 'mutation { revokeSession(sessionId: "x") { wasCurrent } }',
    "revokeAllSessions": "mutation { revokeAllSessions { revokedCount } }",
    "revokeSessions": "mutation { revokeSessions(filter: {}) { revokedCount } }",
    "renameSession": 'mutation { renameSession(input: {sessionId: "x"}) { errors { __typename } } }',
}


def spelled(*parts: bytes) -> str:
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


REJECTED = {
    "nothing at all": "",
    "a word": "token",
    "three dots": "...",
    "no algorithm": spelled(b'{"alg":"none","typ":"at+jwt"}', b"{}") + ".",
    "a header that is a list": spelled(b"[]", b"{}", b"sig"),
    "a header that is no JSON": spelled(b"\xff\xfe", b"{}", b"sig"),
    "a header as deep as fits": spelled(b"[" * 1400, b"{}", b"sig"),
    "a header of a huge number": spelled(b'{"alg":' + b"9" * 1400 + b"}", b"{}", b"sig"),
    "a kid that is no text": spelled(b'{"alg":"EdDSA","typ":"at+jwt","kid":[1]}', b"{}", b"sig"),
    "much too long": "a" * 50_000,
}


async def test_me_is_null_without_a_session(http: httpx.AsyncClient) -> None:
    assert await GraphQLClient(http).get(ME) == {"me": None}


async def test_me_is_the_user_of_the_token(ana: GraphQLClient, eve: GraphQLClient) -> None:
    assert (await ana.get(ME))["me"]["email"] == "ana@example.com"
    assert (await eve.get(ME))["me"]["email"] == "eve@example.com"


async def test_fields_that_need_a_session_return_unauthenticated_without_one(http: httpx.AsyncClient) -> None:
    for field, query in NEEDS_SESSION.items():
        answer = await GraphQLClient(http).ask(query)
        (error,) = answer["errors"]
        assert (error["extensions"]["code"], error["path"]) == ("UNAUTHENTICATED", [field])
        assert "Authorization: Bearer" in error["message"]


async def test_a_rejected_token_has_another_error_than_a_missing_one(ana: GraphQLClient) -> None:
    for name, token in REJECTED.items():
        ana.token = token
        for query in (ME, MINE):
            error = await ana.error(query)
            assert error["extensions"]["code"] == "UNAUTHENTICATED", name
            assert "Refresh the token, or log in" in error["message"], name


async def test_a_token_with_one_changed_letter_is_rejected(ana: GraphQLClient) -> None:
    assert ana.token is not None
    for index in (0, len(ana.token) // 2, len(ana.token) - 1):
        changed = "A" if ana.token[index] != "A" else "B"
        other = GraphQLClient(ana.http)
        other.token = ana.token[:index] + changed + ana.token[index + 1 :]
        assert await other.code(ME) == "UNAUTHENTICATED"


async def test_a_token_is_valid_for_five_minutes(ana: GraphQLClient, clock: FakeClock) -> None:
    clock.advance(minutes=4, seconds=59)
    assert (await ana.get(ME))["me"]
    clock.advance(seconds=1)
    assert await ana.code(ME) == "UNAUTHENTICATED"


async def test_another_scheme_does_not_authenticate(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    for header in (f"Basic {ana.token}", "Basic", "Negotiate abc"):
        response = await http.post("/graphql", json={"query": ME}, headers={"Authorization": header})
        assert response.json() == {"data": {"me": None}}


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
async def test_the_scheme_is_case_insensitive_with_any_spaces(
    http: httpx.AsyncClient, ana: GraphQLClient, scheme: str
) -> None:
    headers = {"Authorization": f"{scheme} {ana.token}"}
    assert (await http.post("/graphql", json={"query": ME}, headers=headers)).json()["data"]["me"]


async def test_a_rejected_token_does_not_prevent_a_log_in(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    phone = GraphQLClient(http, IPHONE)
    phone.token = "stale"
    await phone.log_in("ana@example.com")
    assert phone.token != "stale"
    assert len((await ana.get(MINE))["mySessions"]) == 2


async def test_after_a_log_in_the_same_request_is_authenticated(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    await ana.get(ME)
    query = """mutation { login(input: {email: "ana@example.com", password: "correct horse battery"}) { session { id } }
      revokeAllSessions { revokedCount keptSession { id } } }"""
    data = await GraphQLClient(http).get(query)
    assert data["revokeAllSessions"] == {"revokedCount": 1, "keptSession": {"id": data["login"]["session"]["id"]}}
    assert await ana.code(ME) == "UNAUTHENTICATED"
