"""The mutation `renameSession`: it sets the name of a session, or removes it."""

from typing import Any

import httpx

from tests.conftest import FakeClock
from tests.schema.graphql_client import ERRORS, IPHONE, GraphQLClient

RENAME = (
    "mutation($input: RenameSessionInput!) { renameSession(input: $input) { session { id name isCurrent } "
    + ERRORS.replace("path }", "path } ... on SessionEndedError { endedAt }")
    + "} }"
)


async def rename(caller: GraphQLClient, session_id: str, **name: Any) -> Any:
    return (await caller.get(RENAME, input={"sessionId": session_id, **name}))["renameSession"]


def only_error(payload: Any) -> Any:
    (error,) = payload["errors"]
    assert payload["session"] is None
    return error


NAMES: list[tuple[str | None, str | None]] = [
    ("Kitchen tablet", "Kitchen tablet"),
    ("  spaces  ", "spaces"),
    ("x" * 80, "x" * 80),
    ("🦊" * 80, "🦊" * 80),
    ("Mu\u0308ller", "Müller"),
    ("<script>alert('x')</script>", "<script>alert('x')</script>"),
    ("'; DROP TABLE sessions; --", "'; DROP TABLE sessions; --"),
    ("a\u200db 👩\u200d💻", "a\u200db 👩\u200d💻"),
    (None, None),
]


async def test_a_name_is_stored_in_its_normalized_form(ana: GraphQLClient) -> None:
    for given, kept in NAMES:
        payload = await rename(ana, ana.session_id, name=given)
        assert payload == {"session": {"id": ana.session_id, "name": kept, "isCurrent": True}, "errors": []}
        assert (await ana.get("{ mySessions { name } }"))["mySessions"] == [{"name": kept}]


async def test_another_device_can_be_renamed(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    payload = await rename(ana, phone.session_id, name="Pocket")
    assert payload["session"] == {"id": phone.session_id, "name": "Pocket", "isCurrent": False}


NO_NAMES: list[tuple[str, str]] = [
    ("", "1 to 80 characters"),
    (" \u00a0 ", "1 to 80 characters"),
    ("x" * 81, "1 to 80 characters"),
    ("x" * 100_000, "1 to 80 characters"),
    ("a\0b", "control characters"),
    ("a\nb", "control characters"),
    ("a\x1b[31mb", "control characters"),
    ("a\x7fb", "control characters"),
    ("\u202egnp.exe", "control characters"),
    ("a\u2066b", "control characters"),
]


async def test_an_invalid_name_has_a_typed_error(ana: GraphQLClient) -> None:
    for name, words in NO_NAMES:
        error = only_error(await rename(ana, ana.session_id, name=name))
        assert (error["__typename"], error["code"]) == ("InvalidInputError", "INVALID_INPUT")
        assert error["path"] == ["input", "name"]
        assert words in error["message"]
        assert (await ana.get("{ mySessions { name } }"))["mySessions"] == [{"name": "Laptop"}]


async def test_a_session_of_another_user_is_like_an_unknown_one(ana: GraphQLClient, eve: GraphQLClient) -> None:
    tried = [ana.session_id, "00000000-0000-7000-8000-000000000000", "x", "", "\0"]
    answers = [only_error(await rename(eve, id_, name="Mine now")) for id_ in tried]
    assert answers == [answers[0]] * len(tried)
    assert (answers[0]["__typename"], answers[0]["code"]) == ("SessionNotFoundError", "SESSION_NOT_FOUND")
    assert answers[0]["path"] == ["input", "sessionId"]
    assert (await ana.get("{ mySessions { name } }"))["mySessions"] == [{"name": "Laptop"}]


async def test_a_revoked_session_cannot_be_renamed(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com", sessionName="Pocket")
    await ana.get("mutation { revokeAllSessions { revokedCount } }")
    clock.advance(minutes=1)
    error = only_error(await rename(ana, phone.session_id, name="Other"))
    assert (error["__typename"], error["code"]) == ("SessionEndedError", "SESSION_ENDED")
    assert (error["path"], error["endedAt"]) == (["input", "sessionId"], "2026-11-23T11:16:10.123456Z")


async def test_the_error_of_an_expired_session_has_its_expiry(
    http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock
) -> None:
    clock.advance(days=31)
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    error = only_error(await rename(phone, ana.session_id, name="Other"))
    assert (error["code"], error["endedAt"]) == ("SESSION_ENDED", "2026-12-23T11:16:10.123456Z")
