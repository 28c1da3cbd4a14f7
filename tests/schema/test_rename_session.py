"""Giving a session a name, and taking it away."""

from typing import Any

import httpx

from tests.conftest import FakeClock
from tests.schema.asking import ERRORS, IPHONE, Caller

RENAME = (
    "mutation($input: RenameSessionInput!) { renameSession(input: $input) { session { id name isCurrent } "
    + ERRORS.replace("path }", "path } ... on SessionEndedError { endedAt }")
    + "} }"
)


async def rename(caller: Caller, session_id: str, **name: Any) -> Any:
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


async def test_a_name_is_kept_as_it_is_meant(ana: Caller) -> None:
    for given, kept in NAMES:
        payload = await rename(ana, ana.session_id, name=given)
        assert payload == {"session": {"id": ana.session_id, "name": kept, "isCurrent": True}, "errors": []}
        assert (await ana.get("{ mySessions { name } }"))["mySessions"] == [{"name": kept}]


async def test_another_device_can_be_named_from_here(http: httpx.AsyncClient, ana: Caller) -> None:
    phone = await Caller(http, IPHONE).log_in("ana@example.com")
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


async def test_what_is_no_name_is_explained(ana: Caller) -> None:
    for name, words in NO_NAMES:
        error = only_error(await rename(ana, ana.session_id, name=name))
        assert (error["__typename"], error["code"]) == ("InvalidInputError", "INVALID_INPUT")
        assert error["path"] == ["input", "name"]
        assert words in error["message"]
        assert (await ana.get("{ mySessions { name } }"))["mySessions"] == [{"name": "Laptop"}]


async def test_another_users_session_is_exactly_like_none_at_all(ana: Caller, eve: Caller) -> None:
    tried = [ana.session_id, "00000000-0000-7000-8000-000000000000", "x", "", "\0"]
    answers = [only_error(await rename(eve, id_, name="Mine now")) for id_ in tried]
    assert answers == [answers[0]] * len(tried)
    assert (answers[0]["__typename"], answers[0]["code"]) == ("SessionNotFoundError", "SESSION_NOT_FOUND")
    assert answers[0]["path"] == ["input", "sessionId"]
    assert (await ana.get("{ mySessions { name } }"))["mySessions"] == [{"name": "Laptop"}]


async def test_a_session_that_ended_keeps_its_name(http: httpx.AsyncClient, ana: Caller, clock: FakeClock) -> None:
    phone = await Caller(http, IPHONE).log_in("ana@example.com", sessionName="Pocket")
    await ana.get("mutation { revokeAllSessions { revokedCount } }")
    clock.advance(minutes=1)
    error = only_error(await rename(ana, phone.session_id, name="Other"))
    assert (error["__typename"], error["code"]) == ("SessionEndedError", "SESSION_ENDED")
    assert (error["path"], error["endedAt"]) == (["input", "sessionId"], "2026-11-23T11:16:10.123456Z")


async def test_an_expired_session_says_when_it_expired(http: httpx.AsyncClient, ana: Caller, clock: FakeClock) -> None:
    clock.advance(days=31)
    phone = await Caller(http, IPHONE).log_in("ana@example.com")
    error = only_error(await rename(phone, ana.session_id, name="Other"))
    assert (error["code"], error["endedAt"]) == ("SESSION_ENDED", "2026-12-23T11:16:10.123456Z")
