"""Unusual text that databases, terminals and browsers may not handle: rejected with a clear message, or stored as
valid text.
"""

from typing import Any

import httpx
import pytest

from tests.schema.graphql_client import PASSWORD, GraphQLClient

pytestmark = pytest.mark.usefixtures("cheap_hashing")

ERRORS = "errors { ... on UserError { code path } }"
REGISTER = "mutation($i: RegisterInput!) { register(input: $i) { session { name } " + ERRORS + "} }"
RENAME = "mutation($i: RenameSessionInput!) { renameSession(input: $i) { session { name } " + ERRORS + "} }"
SEARCH = "query($s: String) { me { sessions(filter: {search: $s}) { nodes { id } totalCount } } }"

CONTROL = [chr(code) for code in (*range(32), *range(127, 160))]
HARMLESS = [
    "é",
    "e\u0301",
    "日本語",
    "🦊",
    "\U0010ffff",
    "\ufffd",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "`",
    "\u00ad",
    "\ue000",
    "ß",
    "İ",
    "ŉ",
]


async def test_names_cannot_have_control_characters(http: httpx.AsyncClient) -> None:
    ana = await GraphQLClient(http).register("ana@example.com", sessionName="Laptop")
    for letter in CONTROL:
        i = {"sessionId": ana.session_id, "name": f"a{letter}b"}
        (error,) = (await ana.get(RENAME, i=i))["renameSession"]["errors"]
        assert error == {"code": "INVALID_INPUT", "path": ["input", "name"]}
    assert (await ana.get("{ mySessions { name } }"))["mySessions"] == [{"name": "Laptop"}]


async def test_letters_of_all_scripts_are_stored_and_found(http: httpx.AsyncClient) -> None:
    ana = await GraphQLClient(http).register("ana@example.com")
    for letter in HARMLESS:
        payload = (await ana.get(RENAME, i={"sessionId": ana.session_id, "name": f"a{letter}b"}))["renameSession"]
        assert payload["errors"] == [], letter
        kept = (await ana.get("{ mySessions { name } }"))["mySessions"][0]["name"]
        assert kept == payload["session"]["name"]
        if letter.isprintable():
            assert (await ana.get(SEARCH, s=kept))["me"]["sessions"]["totalCount"] == 1, letter


async def test_a_search_cannot_have_control_characters(http: httpx.AsyncClient) -> None:
    ana = await GraphQLClient(http).register("ana@example.com")
    for letter in CONTROL:
        assert await ana.code(SEARCH, s=f"a{letter}b") == "BAD_USER_INPUT"


async def test_an_email_with_control_characters_is_rejected(http: httpx.AsyncClient) -> None:
    for letter in [*CONTROL, "\u2028", "\u202e", "\ufffe", " ", "@"]:
        i = {"email": f"a{letter}b@example.com", "password": PASSWORD}
        (error,) = (await GraphQLClient(http).get(REGISTER, i=i))["register"]["errors"]
        assert error == {"code": "INVALID_INPUT", "path": ["input", "email"]}, repr(letter)


async def test_any_text_may_be_a_password(http: httpx.AsyncClient) -> None:
    for n, letter in enumerate(["\0", "\n", "\x7f", "\ufffd", "\U0010ffff", "🦊"]):
        who = {"email": f"u{n}@example.com", "password": f"correct{letter}horse{letter}battery"}
        assert (await GraphQLClient(http).get(REGISTER, i=who))["register"]["errors"] == []
        log_in = "mutation($i: LoginInput!) { login(input: $i) { " + ERRORS + "} }"
        assert (await GraphQLClient(http).get(log_in, i=who))["login"]["errors"] == []
        cut = {**who, "password": "correct"}
        assert (await GraphQLClient(http).get(log_in, i=cut))["login"]["errors"], "not cut at the odd letter"


async def test_a_lone_surrogate_is_rejected(http: httpx.AsyncClient) -> None:
    """JSON can contain half of a surrogate pair. No stored text may contain one."""
    ana = await GraphQLClient(http).register("ana@example.com", sessionName="Laptop")
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {ana.token}"}
    for name in (rb"\ud800", rb"a\udfffb", rb"\udc00\ud800"):
        for query, variables in (
            (REGISTER, b'{"email":"' + name + b'@example.com","password":"correct horse battery"}'),
            (REGISTER, b'{"email":"x@example.com","password":"correct horse ' + name + b'"}'),
            (RENAME, b'{"sessionId":"' + ana.session_id.encode() + b'","name":"' + name + b'"}'),
        ):
            body = b'{"query":"' + query.encode() + b'","variables":{"i":' + variables + b"}}"
            response = await http.post("/graphql", content=body, headers=headers)
            assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    in_document = 'mutation { renameSession(input: {sessionId: "x", name: "\\uD800"}) { session { name } } }'
    assert await ana.code(in_document) == "GRAPHQL_PARSE_FAILED"
    assert (await ana.get("{ mySessions { name } }"))["mySessions"] == [{"name": "Laptop"}]


USER_AGENTS: list[tuple[bytes, str | None]] = [
    (b"\xff\xfe\xfd", "\ufffd\ufffd\ufffd"),
    (b"curl/8.1 \xc3\xbc", "curl/8.1 ü"),
    (b"curl/8.1 \xfc", "curl/8.1 \ufffd"),
    (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
    (b"\x00\x01\x02", None),
    (b"a\tb", None),
    (b"\x1b[31mred", None),
    (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
    (b" ", None),
    (b"x" * 100_000, "x" * 512),
    ("🦊".encode() * 1000, "🦊" * 512),
    ("\u202egnp".encode(), None),
]


async def test_a_user_agent_may_be_any_bytes(http: httpx.AsyncClient) -> None:
    for n, (raw, kept) in enumerate(USER_AGENTS):
        caller = await GraphQLClient(http, raw).register(f"u{n}@example.com")
        (shown,) = (await caller.get("{ mySessions { userAgent device deviceInfo { kind } } }"))["mySessions"]
        assert shown["device"]
        assert shown["device"].isprintable()
        text = shown["userAgent"] or ""
        assert text.isprintable()
        assert len(text) <= 512
        assert text.encode().decode() == text
        if kept is not None:
            assert text == kept


async def test_a_header_of_a_token_may_be_any_bytes(http: httpx.AsyncClient) -> None:
    for raw in (
        b"Bearer \xff\xfe",
        b"Bearer \x00",
        b"\xff",
        b"Bearer",
        b"Bearer " + b"a." * 5000,
        b"bearer \xc3\xbc.a.b",
    ):
        response = await http.post("/graphql", json={"query": "{ me { id } }"}, headers=[(b"authorization", raw)])
        assert response.status_code == 200
        codes: list[Any] = [error["extensions"]["code"] for error in response.json().get("errors", [])]
        assert codes in ([], ["UNAUTHENTICATED"])
