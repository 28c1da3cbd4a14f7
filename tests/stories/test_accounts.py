"""`SESSIONQL_ACCOUNTS` over HTTP: operators create users (`closed`), or only services do (`off`)."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from sessionql.resolvers.dependencies import Accounts
from tests.support.client import Device
from tests.support.constants import FIREFOX, IPHONE
from tests.support.documents import ERRORS, MY_SESSIONS
from tests.support.server import Server
from tests.support.websocket import open_socket

EMAIL, FIRST, SECOND = "ana@example.com", "a first good horse", "a second good horse"
RESET = f"mutation($input: ResetPasswordInput!) {{ resetPassword(input: $input) {{ revokedCount {ERRORS} }} }}"
CREATE_USER = f"""mutation($input: CreateUserInput!) {{
  createUser(input: $input) {{ user {{ id email }} resetToken {{ token expiresAt }} {ERRORS} }}
}}"""
ISSUE = f"""mutation($input: IssuePasswordResetInput!) {{
  issuePasswordReset(input: $input) {{ user {{ id email }} resetToken {{ token }} {ERRORS} }}
}}"""
CREATE_SESSION = """mutation { createSession(input: {subject: "crm|42"}) {
  session { id } tokens { accessToken refreshToken }
} }"""
HISTORY = '{ user(by: {email: "ana@example.com"}) { securityEvents { nodes { kind actorName } } } }'
REGISTER = 'mutation { register(input: {email: "a@example.com", password: "x"}) { __typename } }'
MUTATIONS_OF_PASSWORDS = {
    "register": REGISTER,
    "login": 'mutation { login(input: {email: "a@example.com", password: "x"}) { __typename } }',
    "reauthenticate": 'mutation { reauthenticate(input: {password: "x"}) { __typename } }',
    "changePassword": ('mutation { changePassword(input: {currentPassword: "x", newPassword: "y"}) { __typename } }'),
    "resetPassword": 'mutation { resetPassword(input: {token: "x", newPassword: "y"}) { __typename } }',
}
ROUTES_OF_PASSWORDS = ("/register", "/login", "/auth/reauthenticate", "/auth/reset-password")


def reset(device: Device, token: str, password: str) -> Any:
    """The payload of a password reset."""
    return device.get(RESET, input={"token": token, "newPassword": password})["resetPassword"]


def codes(payload: Any) -> list[str]:
    return [each["code"] for each in payload["errors"]]


def key_of(server: Server, *scopes: str) -> Device:
    """A client with a new service key."""
    made = server.run("service-keys", "create", "Shop", *(f"--scope={scope}" for scope in scopes))
    device = server.device("shop/1.0")
    device.token = made.out.strip()
    return device


def test_an_operator_creates_a_user_who_sets_a_password_and_logs_in(database_url: str, tmp_path: Path) -> None:
    with Server(database_url, tmp_path, ACCOUNTS="closed") as server:
        _create_a_user(server)
        _reset_a_password(server)


def _create_a_user(server: Server) -> None:
    laptop = server.device(FIREFOX)
    assert laptop.code(REGISTER) == "GRAPHQL_VALIDATION_FAILED"
    made = server.run("users", "create", EMAIL)
    assert made.code == 0, made
    token = made.out.strip()
    assert EMAIL in made.err
    assert token not in made.err
    assert server.run("users", "create", EMAIL.upper()).problem == (
        "sessionql: An account with this e-mail address already exists."
    )
    assert codes(reset(laptop, token, "short")) == ["INVALID_INPUT"]
    assert reset(laptop, token, FIRST) == {"revokedCount": 0, "errors": []}
    laptop.log_in(EMAIL, FIRST)
    assert codes(reset(laptop, token, SECOND)) == ["RESET_TOKEN_INVALID"], "it was used"
    assert token not in server.log


def _reset_a_password(server: Server) -> None:
    laptop, phone = server.device(FIREFOX).log_in(EMAIL, FIRST), server.device(IPHONE).log_in(EMAIL, FIRST)
    user_id = laptop.get("{ me { id } }")["me"]["id"]
    older, newer = (server.run("users", "reset-password", each).out.strip() for each in (EMAIL, user_id))
    assert codes(reset(phone, older, SECOND)) == ["RESET_TOKEN_INVALID"], "a newer one replaced it"
    over_rest = httpx.post(f"{server.url}/auth/reset-password", json={"token": newer, "new_password": SECOND})
    assert (over_rest.status_code, over_rest.json()["revoked"]) == (200, 3), "with the log-in before"
    for device in (laptop, phone):
        assert device.code(MY_SESSIONS) == "UNAUTHENTICATED"
    again = httpx.post(f"{server.url}/auth/reset-password", json={"token": newer, "new_password": FIRST})
    assert (again.status_code, again.json()["code"]) == (401, "RESET_TOKEN_INVALID")
    laptop.log_in(EMAIL, SECOND)
    listed = server.run("audit-log").out
    assert [line.split("  ")[2] for line in listed.splitlines()] == [
        "PASSWORD_RESET_ISSUED",
        "PASSWORD_RESET_ISSUED",
        "USER_CREATED",
    ]


def test_operators_create_users_and_issue_resets_over_graphql(database_url: str, tmp_path: Path) -> None:
    with Server(database_url, tmp_path, ACCOUNTS="closed") as server:
        operator, laptop = key_of(server, "operator"), server.device(FIREFOX)
        made = operator.get(CREATE_USER, input={"email": EMAIL})["createUser"]
        assert (made["user"]["email"], made["errors"]) == (EMAIL, [])
        assert codes(operator.get(CREATE_USER, input={"email": EMAIL})["createUser"]) == ["EMAIL_TAKEN"]
        assert codes(operator.get(CREATE_USER, input={"email": "x"})["createUser"]) == ["INVALID_INPUT"]
        reset(laptop, made["resetToken"]["token"], FIRST)
        for by in ({"email": EMAIL.upper()}, {"userId": made["user"]["id"]}):
            issued = operator.get(ISSUE, input=by)["issuePasswordReset"]
            assert issued["user"] == made["user"]
        assert codes(operator.get(ISSUE, input={"userId": "x"})["issuePasswordReset"]) == ["USER_NOT_FOUND"]
        assert codes(reset(laptop, issued["resetToken"]["token"], SECOND)) == []
        events = operator.get(HISTORY)["user"]["securityEvents"]["nodes"]
        assert [(each["kind"], each["actorName"]) for each in events] == [
            ("PASSWORD_RESET", None),
            ("PASSWORD_RESET_ISSUED", "Shop"),
            ("PASSWORD_RESET_ISSUED", "Shop"),
            ("PASSWORD_RESET", None),
            ("REGISTERED", "Shop"),
        ]
        assert key_of(server, "introspect").code(CREATE_USER, input={"email": "bob@example.com"}) == "FORBIDDEN"
        assert laptop.code(CREATE_USER, input={"email": "bob@example.com"}) == "GRAPHQL_VALIDATION_FAILED"


def test_with_accounts_off_no_entry_accepts_passwords_or_sessions_of_accounts(
    database_url: str, tmp_path: Path
) -> None:
    with Server(database_url, tmp_path) as server:
        ana = server.device(FIREFOX).register(EMAIL)
        token = server.run("users", "reset-password", EMAIL).out.strip()
    with Server(database_url, tmp_path, ACCOUNTS="off") as server:
        visitor, old = server.device(FIREFOX), server.device(FIREFOX)
        for name, document in MUTATIONS_OF_PASSWORDS.items():
            assert visitor.code(document) == "GRAPHQL_VALIDATION_FAILED", name
        for path in ROUTES_OF_PASSWORDS:
            body = {"email": EMAIL, "password": FIRST, "token": token, "new_password": FIRST}
            assert httpx.post(f"{server.url}{path}", json=body).status_code == 404, path
        old.token, old.refresh_token = ana.token, ana.refresh_token
        _assert_rejected(server, old)
        _assert_services_work(server)
        for arguments in (("create", "bob@example.com"), ("reset-password", EMAIL)):
            assert "SESSIONQL_ACCOUNTS is off" in server.run("users", *arguments, ACCOUNTS="off").problem


def _assert_rejected(server: Server, old: Device) -> None:
    """The session of an account that was created before is not accepted."""
    assert old.code(MY_SESSIONS) == "UNAUTHENTICATED"
    assert codes(old.refresh()) == ["REFRESH_TOKEN_INVALID"]
    bearer = {"Authorization": f"Bearer {old.token}"}
    assert httpx.get(f"{server.url}/sessions", headers=bearer).status_code == 401
    stream = {**bearer, "Accept": "text/event-stream"}
    query = {"query": "subscription { securityEvent { kind } }"}
    assert "UNAUTHENTICATED" in httpx.post(f"{server.url}/graphql", json=query, headers=stream).text
    with open_socket(server.url) as socket:
        socket.send(type="connection_init", payload={"authorization": f"Bearer {old.token}"})
        assert socket.end()[0] == 4401
    introspection = key_of(server, "introspect").get(
        "query($token: String!) { introspect(token: $token) { active } }", token=old.token
    )
    assert introspection == {"introspect": {"active": False}}


def _assert_services_work(server: Server) -> None:
    """A service creates a session, and its user goes on with it."""
    made = key_of(server, "create-sessions").get(CREATE_SESSION)["createSession"]
    user = server.device(IPHONE)
    user.token, user.refresh_token = made["tokens"]["accessToken"], made["tokens"]["refreshToken"]
    assert [each["id"] for each in user.get(MY_SESSIONS)["mySessions"]] == [made["session"]["id"]]
    assert user.refresh()["errors"] == []


@pytest.mark.parametrize(
    ("accounts", "absent"),
    [("open", set[str]()), ("closed", {"/register"}), ("off", set(ROUTES_OF_PASSWORDS))],
)
def test_what_is_off_is_in_no_document_and_on_no_page(
    accounts: Accounts, absent: set[str], tmp_path: Path, database_url: str
) -> None:
    with Server(database_url, tmp_path, ACCOUNTS=accounts, MODE="development") as server:
        paths = httpx.get(f"{server.url}/openapi.json").json()["paths"]
        assert {path for path in ROUTES_OF_PASSWORDS if path not in paths} == absent
        sdl = httpx.get(f"{server.url}/schema.graphql").text
        graphiql = httpx.get(f"{server.url}/graphql", headers={"Accept": "text/html"}).text
        for name in MUTATIONS_OF_PASSWORDS:
            is_absent = name == "register" if accounts == "closed" else accounts == "off"
            assert (f"  {name}(" in sdl) is not is_absent
            assert (f"  {name}(" in graphiql) is not is_absent
        page = httpx.get(server.url).text
        assert ("Create an account" in page) is (accounts == "open")
        assert ('type="password"' in page) is (accounts != "off")
        assert ("application that you use" in page) is (accounts == "off")
        assert "<!--" not in page
