"""REST without GraphQL: problem details, forms, cookies with other methods, service keys of OAuth clients, OpenAPI."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from sessionql import SessionQL, Settings
from sessionql.resolvers.service_keys import NewKey, create_key
from sessionql.storage.records import Scope
from tests.conftest import FakeClock
from tests.support.engines import Engines

PASSWORD = "correct horse battery"
ANA = {"email": "ana@example.com", "password": PASSWORD}
HERE = "https://example.com"
SAME_ORIGIN = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
SIBLING = {"Origin": "https://www.example.com", "Sec-Fetch-Site": "same-site"}
CHOSEN = {"GraphQL-Require-Preflight": "1"}
REGISTER = "mutation($i: RegisterInput!) { register(input: $i) { session { id } errors { __typename } } }"


@pytest.fixture
def sessions(engines: Engines, tmp_path: Any, clock: FakeClock) -> SessionQL:
    settings = Settings(data_dir=tmp_path, database_url=engines.sqlite(tmp_path), max_body_bytes=2000, rest_docs=True)
    return SessionQL(settings, clock=clock)


@pytest.fixture
async def http(sessions: SessionQL) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(sessions.app)
    async with sessions.lifespan(), httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        yield client


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a response with problem details."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert answer.json()["detail"]
    return answer.status_code, answer.json()["code"]


async def signed_up(http: httpx.AsyncClient) -> dict[str, str]:
    """The Authorization header of a new user."""
    answer = await http.post("/register", json=ANA)
    assert answer.status_code == 201
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_a_problem_has_the_error_and_its_location(http: httpx.AsyncClient) -> None:
    answer = await http.post("/register", json={"email": "ana@example.com", "password": 5})
    assert problem(answer) == (422, "INVALID_INPUT")
    assert [mistake["pointer"] for mistake in answer.json()["errors"]] == ["/password"]
    assert answer.headers["cache-control"] == "no-store"
    short = await http.post("/register", json={"email": "ana@example.com", "password": "hunter2"})
    assert [mistake["pointer"] for mistake in short.json()["errors"]] == ["/password"]
    assert "hunter2" not in short.text


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        ("{", "application/json", (400, "BAD_REQUEST")),
        ("[" * 1000, "application/json", (400, "BAD_REQUEST")),
        (json.dumps({"email": "a" * 2000}), "application/json", (413, "CONTENT_TOO_LARGE")),
        (json.dumps(ANA), "text/plain", (415, "UNSUPPORTED_MEDIA_TYPE")),
        ("null", "application/json", (422, "INVALID_INPUT")),
        ("username=ana&username=bo&password=x", "application/x-www-form-urlencoded", (400, "BAD_REQUEST")),
        ("password=x", "application/x-www-form-urlencoded", (400, "INVALID_REQUEST")),
        ("&".join(f"a{n}=1" for n in range(30)), "application/x-www-form-urlencoded", (400, "BAD_REQUEST")),
    ],
)
async def test_invalid_bodies_are_rejected(
    content: str, kind: str, expected: tuple[int, str], http: httpx.AsyncClient
) -> None:
    assert problem(await http.post("/login", content=content, headers={"Content-Type": kind})) == expected


async def test_the_password_grant_of_oauth_logs_in(http: httpx.AsyncClient) -> None:
    await signed_up(http)
    form = {"grant_type": "password", "username": ANA["email"], "password": PASSWORD, "scope": ""}
    answer = (await http.post("/login", data=form)).json()
    assert (answer["token_type"], sorted(set(answer) & {"access_token", "expires_in", "refresh_token"})) == (
        "Bearer",
        ["access_token", "expires_in", "refresh_token"],
    )


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        # Another origin can read no response, and reading changes nothing: no header is needed.
        ("GET", "/sessions", SAME_ORIGIN, 200),
        ("HEAD", "/sessions", SAME_ORIGIN, 200),
        ("GET", "/sessions", SAME_ORIGIN | CHOSEN, 200),
        ("GET", "/sessions", CHOSEN, 403),
        ("GET", "/sessions", {"X-Requested-With": "fetch"}, 403),
        ("GET", "/sessions", {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"} | CHOSEN, 403),
        ("GET", "/sessions", SIBLING, 403),
        ("DELETE", "/sessions/all", SIBLING, 403),
        ("POST", "/sessions/revoke-all", SIBLING | CHOSEN, 403),
        ("POST", "/auth/logout", SIBLING | {"X-Requested-With": "fetch"}, 403),
        ("DELETE", "/sessions/all", SAME_ORIGIN, 200),
        ("DELETE", "/sessions/all", {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", "/sessions/revoke-all", SAME_ORIGIN, 403),
        ("POST", "/sessions/revoke-all", SAME_ORIGIN | CHOSEN, 200),
        ("POST", "/sessions/revoke-all", SAME_ORIGIN | {"X-Requested-With": "fetch"}, 200),
        ("POST", "/auth/logout", SAME_ORIGIN, 403),
        ("POST", "/auth/logout", SAME_ORIGIN | CHOSEN, 200),
    ],
)
async def test_cookies_authenticate_requests_that_no_other_origin_can_send(
    method: str, path: str, headers: dict[str, str], status: int, http: httpx.AsyncClient
) -> None:
    given = {"i": {**ANA, "delivery": "COOKIE"}}
    await http.post("/graphql", json={"query": REGISTER, "variables": given}, headers=SAME_ORIGIN | CHOSEN)
    answer = await http.request(method, path, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 403:
        assert problem(answer) == (403, "CSRF_REFUSED")


async def test_a_log_out_deletes_the_cookies_of_the_session(http: httpx.AsyncClient) -> None:
    given = {"i": {**ANA, "delivery": "COOKIE"}}
    await http.post("/graphql", json={"query": REGISTER, "variables": given}, headers=SAME_ORIGIN | CHOSEN)
    assert len(http.cookies.jar) == 3
    await http.post("/auth/logout", headers=SAME_ORIGIN | CHOSEN)
    assert [cookie.name for cookie in http.cookies.jar] == ["__Host-sessionql_device"]


async def a_key(sessions: SessionQL, *scopes: Scope) -> str:
    made = await create_key(sessions.dependencies, "Reports", scopes)
    assert isinstance(made, NewKey)
    return made.token


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


async def test_services_introspect_tokens(sessions: SessionQL, http: httpx.AsyncClient) -> None:
    token = (await signed_up(http))["Authorization"].removeprefix("Bearer ")
    key, other = await a_key(sessions, Scope.INTROSPECT), await a_key(sessions, Scope.CREATE_SESSIONS)
    for proof in ({"Authorization": f"Bearer {key}"}, basic("reports", key)):
        found = (await http.post("/introspect", data={"token": token}, headers=proof)).json()
        assert (found["active"], found["token_type"], found["iss"]) == (True, "Bearer", "sessionql")
        assert (await http.post("/introspect", data={"token": "x"}, headers=proof)).json() == {"active": False}
        assert problem(await http.post("/introspect", headers=proof, data={})) == (415, "UNSUPPORTED_MEDIA_TYPE")
    for rejected in ({}, {"Authorization": f"Bearer {token}"}, basic("reports", "wrong"), {"Authorization": "Basic §"}):
        raw = [(name.encode(), value.encode()) for name, value in rejected.items()]
        answer = await http.post("/introspect", data={"token": token}, headers=raw)
        assert problem(answer) == (401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    answer = await http.post("/introspect", data={"token": token}, headers=basic("", other))
    assert problem(answer) == (403, "FORBIDDEN")


async def test_a_token_is_enough_to_revoke_its_session(http: httpx.AsyncClient) -> None:
    answer = (await http.post("/register", json=ANA)).json()
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert (await http.get("/me", headers=headers)).status_code == 200
    for token in ("unknown", answer["refresh_token"], answer["refresh_token"]):
        revoked = await http.post("/revoke", data={"token": token})
        assert (revoked.status_code, revoked.content) == (200, b"")
    ended = await http.get("/me", headers=headers)
    assert problem(ended) == (401, "UNAUTHENTICATED")
    assert 'error="invalid_token"' in ended.headers["www-authenticate"]


async def test_wrong_passwords_are_rate_limited(http: httpx.AsyncClient) -> None:
    await signed_up(http)
    for _ in range(5):
        await http.post("/login", json={**ANA, "password": "wrong"})
    rejected = await http.post("/login", json=ANA)
    assert problem(rejected) == (429, "RATE_LIMITED")
    assert int(rejected.headers["retry-after"]) > 0


async def test_the_references_of_the_document_are_valid(sessions: SessionQL, http: httpx.AsyncClient) -> None:
    """Of our document, and of one that another application generates."""
    app = FastAPI()
    app.include_router(sessions.rest_router, prefix="/api")
    for document in ((await http.get("/openapi.json")).json(), app.openapi()):
        text = json.dumps(document)
        for kind in ("schemas", "securitySchemes"):
            assert document["components"][kind]
        for reference in {each.split('"')[0] for each in text.split('"#/components/schemas/')[1:]}:
            assert reference in document["components"]["schemas"]
        operations = {
            (method, path.removeprefix("/api")): each
            for path, methods in document["paths"].items()
            for method, each in methods.items()
        }
        assert operations["get", "/sessions"]["security"] == [{"SessionQL": []}]
        assert operations["post", "/login"]["security"] == [{"SessionQL": []}, {}]
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]


async def test_a_full_queue_of_passwords_is_a_503_with_retry_after(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionql.resolvers.passwords.MAX_PLACES", 0)
    for path in ("/register", "/login"):
        response = await http.post(path, json=ANA)
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert response.json()["code"] == "SERVICE_UNAVAILABLE"
