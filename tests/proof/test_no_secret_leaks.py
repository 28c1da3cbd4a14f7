"""No token, password or key that a server was sent or gave out lies about: not in its database, log or answers."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.engines import wait_for
from tests.proof.confidant import CHANGE, LOG_IN, REAUTHENTICATE, REFRESH, REGISTER, Confidant
from tests.proof.secret_texts import SecretTexts
from tests.server import Server

FIRST, SECOND = "purple bicycle mountain 41", "violet tricycle summit 42"
EVERYTHING = """{
  me { id email lastLogin securityEvents(first: 100) { nodes { id kind device ipAddress session { id } } }
    sessions(first: 100, filter: { states: [ACTIVE, EXPIRED, REVOKED] }) {
      edges { cursor node { id name device userAgent ipAddress state revocationReason } } } }
  mySessions { id isCurrent device userAgent ipAddress lastActive createdAt }
}"""
CODES = "errors { ... on UserError { code } }"
REVOKE_ALL = f"mutation {{ done: revokeAllSessions {{ revokedCount revokedSessionIds {CODES} }} }}"
REVOKE = f"mutation($id: ID!) {{ done: revokeSession(sessionId: $id) {{ session {{ id }} {CODES} }} }}"
RENAME = f"mutation($input: RenameSessionInput!) {{ done: renameSession(input: $input) {{ {CODES} }} }}"


@pytest.fixture
def talkative(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server that logs all that it ever logs."""
    with Server(database_url, tmp_path, LOG_LEVEL="debug", ACCESS_LOG="true") as running:
        yield running


def test_no_secret_lies_about(talkative: Server, database_url: str, tmp_path: Path) -> None:
    secrets = SecretTexts()
    secrets.add_keys_file(tmp_path / "keys.json")
    ana = Confidant(talkative.url, secrets)
    with ana.http:
        live(ana)
        misbehave(ana)
    before = places(database_url, tmp_path, ana)
    talkative.stop()
    after = places(database_url, tmp_path, ana)

    assert len(secrets) > 200
    found = {where: kinds for where, content in before + after if (kinds := secrets.found_in(content))}
    assert found == {}


def live(ana: Confidant) -> None:
    """A life of an account, with a thief in it."""
    ana.with_password(REGISTER, email="ana@example.com", password=FIRST, sessionName="Laptop")
    ana.with_password(LOG_IN, email="ana@example.com", password="wrong bicycle mountain 40")
    ana.with_password(LOG_IN, email="nobody@example.com", password="unknown bicycle mountain 39")
    ana.with_password(LOG_IN, email="the password typed here", password=FIRST)
    ana.with_password(REGISTER, email="ana@example.com", password="taken bicycle mountain 38")
    oldest = ana.refresh_token
    for _ in range(2):
        ana.ask(REFRESH, input={"refreshToken": oldest})
    ana.ask(REFRESH, input={"refreshToken": ana.refresh_token})
    ana.ask(REFRESH, input={"refreshToken": oldest})
    assert "errors" in ana.ask(EVERYTHING), "the thief was noticed"
    for _ in range(2):
        ana.with_password(LOG_IN, email="ana@example.com", password=FIRST)
    ana.with_password(REAUTHENTICATE, password="forgotten bicycle mountain 37")
    ana.with_password(REAUTHENTICATE, password=FIRST)
    ana.with_password(CHANGE, currentPassword="mistyped bicycle mountain 36", newPassword=SECOND)
    assert ana.with_password(CHANGE, currentPassword=FIRST, newPassword=SECOND)["data"]["done"]["errors"] == []
    assert "errors" not in ana.ask(EVERYTHING)
    ana.ask(REVOKE_ALL)


def misbehave(ana: Confidant) -> None:
    """Secrets where they do not belong, and requests that are none."""
    access, refresh = ana.access_token, ana.refresh_token
    for token in (access, refresh, SECOND):
        ana.send("GET", "/graphql", params={"access_token": token, "query": "{ mySessions { id } }"})
        ana.send("GET", "/graphql", params={"query": f'{{ session(id: "{token}") {{ id }} }}'})
        ana.send("GET", "/nowhere", params={"token": token})
        ana.send("GET", "/healthz", params={"token": token}, headers={"Cookie": f"token={token}", "X-Token": token})
        ana.send("POST", "/graphql", content=f'{{"query": "{{ mySessions {{ id }} }}", "token": "{token}"')
        ana.send("POST", "/graphql", content=token.encode(), headers={"Content-Type": "application/json"})
        ana.send("POST", "/graphql", content=token.encode(), headers={"Content-Type": f"text/{token[:30]}"})
        ana.send("POST", "/graphql", json={"query": token})
        ana.send("POST", "/graphql", json={"query": "{ mySessions { id } }", "operationName": token})
        ana.send("POST", "/graphql", json={"query": "{ mySessions { id } }"}, headers={"Authorization": token})
        ana.send("POST", "/graphql", json={"query": "{ a: __typename }"}, headers={"Authorization": f"Basic {token}"})
        ana.ask(REVOKE, id=token)
        ana.ask(RENAME, input={"sessionId": token, "name": "x"})
        ana.ask(REFRESH, input={"refreshToken": token[:-1]})
        ana.ask(REFRESH, input={"refreshToken": [token]})
        ana.ask(REFRESH, input={"refreshToken": {"is": token}})
        ana.ask(REFRESH, input={"refreshTokens": token})
        ana.ask(REFRESH, input=token)
        ana.ask(f'mutation {{ refresh(input: {{ refreshToken: ["{token}"] }}) {{ tokens {{ accessToken }} }} }}')
        ana.ask(f'mutation {{ refresh(input: {{ refreshToken: "{token}", more: 1 }}) {{ tokens {{ accessToken }} }} }}')
        ana.ask(f'mutation {{ refresh(input: "{token}") {{ tokens {{ accessToken }} }} }}')
        ana.ask(f'mutation {{ refresh("{token}") {{ tokens {{ accessToken }} }} }}')
        ana.ask(
            f'query($a: DateTime = "{token}") {{ me {{ sessions(filter: {{ inactiveSince: $a }}) {{ totalCount }} }} }}'
        )
        ana.ask("query($a: Int, $b: String) { me { sessions(first: $a, after: $b) { totalCount } } }", a=token, b=token)
        ana.ask(LOG_IN, input={"email": "ana@example.com", "passwort": token})


def places(database_url: str, folder: Path, ana: Confidant) -> list[tuple[str, bytes]]:
    """Everywhere that others may look, and what they find there."""
    files = [(path.name, path.read_bytes()) for path in folder.iterdir() if path.name != "keys.json"]
    log = dict(files)["server.log"]
    assert b"Rejected an access token" in log
    assert b'"GET /nowhere HTTP/1.1" 404' in log, "each request is logged"
    if database_url.startswith("sqlite"):
        assert any(name.startswith("sessionql.sqlite3") and b"ana@example.com" in content for name, content in files)
        return [*files, *ana.said]
    rows = wait_for(every_row(database_url))
    assert any(b"ana@example.com" in content for _, content in rows)
    return [*files, *rows, *ana.said]


async def every_row(url: str) -> list[tuple[str, bytes]]:
    """Every row of every table, as text."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [(name, await connection.fetch(f'SELECT t::text AS row FROM "{name}" t')) for (name,) in tables]
    finally:
        await connection.close()
    return [(f"table {name}", str(row["row"]).encode()) for name, found in rows for row in found]


def test_a_secret_that_lies_about_is_found(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(
        '{"signing": [{"d": "c2lnbmluZy1rZXktb2YtMzItYnl0ZXMtLS0tLS0tLS0"}], "refresh": ["_-7_7v_u_-7_7v_u_-7_7v_u"]}'
    )
    secrets = SecretTexts()
    secrets.add_keys_file(tmp_path / "keys.json")
    secrets.add("password", FIRST)
    secrets.add_access_token("aGVhZGVyMTI.cGF5bG9hZDEy.c2lnbmF0dXJlIQ")
    secrets.add_refresh_token("sqlr_" + "A" * 52 + "B" * 40)

    assert secrets.found_in(b"nothing of it, and nothing of aGVhZGVyMTI.cGF5bG9hZDEy either") == set()
    for haystack, kind in [
        (f"a row with {FIRST} in it".encode(), "password"),
        (b"GET /?password=purple%20bicycle%20mountain%2041", "password"),
        (FIRST.encode().hex().encode(), "password"),
        (b"...signing-key-of-32-bytes---------...", "signing key"),
        (b"\xff\xee\xff\xee\xff\xee" * 3, "refresh secret"),
        (b"//7//+7//+7//+7//+7//+7//+7//", ""),
        (b"WHERE token = 'c2lnbmF0dXJlIQ'", "signature of an access token"),
        (b"B" * 40, "seal of a refresh token"),
    ]:
        assert secrets.found_in(haystack) == ({kind} if kind else set()), haystack
