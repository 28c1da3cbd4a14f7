"""Register, log in and log out: the payload of a success, and each error."""

from typing import Any

import httpx

from tests.conftest import FakeClock
from tests.schema.graphql_client import ERRORS, IPHONE, PASSWORD, GraphQLClient

SIGNED_IN = (
    """
  user { id email createdAt lastLogin currentSession { id } }
  session { id isCurrent name device state }
  tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }"""
    + ERRORS
)
REGISTER = "mutation($input: RegisterInput!) { register(input: $input) {" + SIGNED_IN + "} }"
LOG_IN = "mutation($input: LoginInput!) { login(input: $input) {" + SIGNED_IN + "} }"
LOG_OUT = "mutation { logout { session { id state isCurrent revocationReason revokedAt } } }"


async def register(caller: GraphQLClient, **input_: Any) -> Any:
    given = {"email": "bob@example.com", "password": PASSWORD} | input_
    return (await caller.get(REGISTER, input=given))["register"]


async def log_in(caller: GraphQLClient, **input_: Any) -> Any:
    given = {"email": "ana@example.com", "password": PASSWORD} | input_
    return (await caller.get(LOG_IN, input=given))["login"]


def only_error(payload: Any) -> Any:
    (error,) = payload["errors"]
    assert {key for key, value in payload.items() if value is not None} == {"errors"}, "a failure brings nothing else"
    return error


async def test_a_new_user_is_signed_in(http: httpx.AsyncClient) -> None:
    payload = await register(GraphQLClient(http), sessionName=" Desk ")
    assert payload["errors"] == []
    user, session, tokens = payload["user"], payload["session"], payload["tokens"]
    assert (user["email"], user["lastLogin"]) == ("bob@example.com", "2026-11-23T11:16:10.123456Z")
    assert user["currentSession"]["id"] == session["id"]
    assert (session["isCurrent"], session["name"], session["device"]) == (True, "Desk", "Firefox on Ubuntu")
    assert tokens["accessTokenExpiresAt"] == "2026-11-23T11:21:10Z"
    assert tokens["refreshTokenExpiresAt"] == "2026-12-23T11:16:10.123456Z"
    bob = GraphQLClient(http)
    bob.token = tokens["accessToken"]
    assert (await bob.get("{ me { id } }"))["me"]["id"] == user["id"]


NO_ACCOUNTS: list[tuple[dict[str, str], str, str]] = [
    ({"email": ""}, "email", "not an e-mail address"),
    ({"email": "ana"}, "email", "not an e-mail address"),
    ({"email": "a" * 300 + "@example.com"}, "email", "not an e-mail address"),
    ({"email": "a@" + "b" * 300 + ".com"}, "email", "not an e-mail address"),
    ({"email": "a\0@example.com"}, "email", "not an e-mail address"),
    ({"email": "a@exam\nple.com"}, "email", "not an e-mail address"),
    ({"password": ""}, "password", "8 to 128 characters"),
    ({"password": "1234567"}, "password", "8 to 128 characters"),
    ({"password": "x" * 129}, "password", "8 to 128 characters"),
    ({"password": "password1"}, "password", "easy to guess"),
    ({"password": "PASSWORD1"}, "password", "easy to guess"),
    ({"sessionName": ""}, "sessionName", "1 to 80 characters"),
    ({"sessionName": "   "}, "sessionName", "1 to 80 characters"),
    ({"sessionName": "x" * 81}, "sessionName", "1 to 80 characters"),
    ({"sessionName": "a\0b"}, "sessionName", "control characters"),
]


async def test_a_registration_that_is_rejected_has_a_typed_error(http: httpx.AsyncClient) -> None:
    for input_, path, words in NO_ACCOUNTS:
        error = only_error(await register(GraphQLClient(http), **input_))
        assert (error["__typename"], error["code"]) == ("InvalidInputError", "INVALID_INPUT")
        assert error["path"] == ["input", path]
        assert words in error["message"]


async def test_an_address_is_registered_once_in_any_spelling(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    for email in ("ana@example.com", "ANA@Example.COM", " ana@example.com "):
        error = only_error(await register(GraphQLClient(http), email=email))
        assert (error["__typename"], error["code"]) == ("EmailTakenError", "EMAIL_TAKEN")
        assert error["path"] == ["input", "email"]
    assert len((await ana.get("{ mySessions { id } }"))["mySessions"]) == 1


async def test_every_log_in_creates_a_session(http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock) -> None:
    clock.advance(hours=1)
    first = await log_in(GraphQLClient(http, IPHONE), email="Ana@Example.com", sessionName=None)
    second = await log_in(GraphQLClient(http, IPHONE))
    assert len({first["session"]["id"], second["session"]["id"], ana.session_id}) == 3
    assert first["user"]["lastLogin"] == "2026-11-23T12:16:10.123456Z"
    assert (first["session"]["name"], first["session"]["device"]) == (None, "Safari on iPhone")


NO_LOG_INS: list[dict[str, str]] = [
    {"password": "wrong horse battery"},
    {"password": ""},
    {"password": PASSWORD.upper()},
    {"password": PASSWORD + "\0"},
    {"email": "unknown@example.com"},
    {"email": "not an address"},
    {"email": ""},
    {"email": "a" * 300 + "@example.com"},
    {"email": "ana@example.com\0"},
    {"password": "x" * 100_000},
]


async def test_a_failed_log_in_does_not_reveal_what_was_wrong(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    for input_ in NO_LOG_INS:
        assert only_error(await log_in(GraphQLClient(http), **input_)) == {
            "__typename": "InvalidCredentialsError",
            "message": "The e-mail address or the password is wrong.",
            "code": "INVALID_CREDENTIALS",
            "path": [],
        }
        assert len((await ana.get("{ mySessions { id } }"))["mySessions"]) == 1


async def test_a_log_in_with_an_invalid_session_name_creates_no_session(
    http: httpx.AsyncClient, ana: GraphQLClient
) -> None:
    error = only_error(await log_in(GraphQLClient(http), sessionName="\u202egnp.exe"))
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "sessionName"])
    assert len((await ana.get("{ mySessions { id } }"))["mySessions"]) == 1


async def test_passwords_are_normalized_for_all_keyboards(http: httpx.AsyncClient) -> None:
    await register(GraphQLClient(http), password="fu\u0308nf Ka\u0308se 🧀")
    payload = await log_in(GraphQLClient(http), email="bob@example.com", password="fünf Käse 🧀")
    assert payload["errors"] == []


async def test_a_log_out_revokes_the_current_session_only(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    payload = (await phone.get(LOG_OUT))["logout"]
    assert payload["session"] == {
        "id": phone.session_id,
        "state": "REVOKED",
        "isCurrent": True,
        "revocationReason": "LOGGED_OUT",
        "revokedAt": "2026-11-23T11:16:10.123456Z",
    }
    assert await phone.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    assert [each["id"] for each in (await ana.get("{ mySessions { id } }"))["mySessions"]] == [ana.session_id]


async def test_a_log_out_without_a_session_succeeds(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    assert await GraphQLClient(http).get(LOG_OUT) == {"logout": {"session": None}}
    await ana.get(LOG_OUT)
    assert await ana.get(LOG_OUT) == {"logout": {"session": None}}, "with a token that is rejected"


async def test_after_a_log_out_the_rest_of_the_request_has_no_session(ana: GraphQLClient) -> None:
    answer = await ana.ask("mutation { logout { session { id } } revokeAllSessions { revokedCount } }")
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["revokeAllSessions"], "UNAUTHENTICATED")
