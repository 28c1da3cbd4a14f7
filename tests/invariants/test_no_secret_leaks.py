"""No token, password or key that a server receives or issues appears in its database, log or responses."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from sessionql.cli.service_keys import NAMES
from tests.invariants.leak_scenarios import (
    FIRST,
    SECOND,
    act_as_service,
    send_malformed_requests,
    use_cookies,
    use_tokens,
)
from tests.invariants.recording_client import RecordingClient
from tests.invariants.secret_texts import SecretTexts
from tests.support.cli import run
from tests.support.engines import wait_for
from tests.support.server import Server


@dataclass(frozen=True)
class ServiceKeys:
    """A valid key, a revoked key, a key that never existed, and the output of the commands."""

    good: str
    revoked: str
    garbage: str
    responses: list[tuple[str, bytes]]

    @property
    def all(self) -> tuple[str, ...]:
        return self.good, self.revoked, self.garbage


@pytest.fixture
def keys(database_url: str, tmp_path: Path) -> ServiceKeys:
    """Created before the server starts, because the server locks the SQLite file."""
    scopes = [part for name in NAMES for part in ("--scope", name)]
    made = [
        run(tmp_path, "service-keys", "create", name, *scopes, DATABASE_URL=database_url) for name in ("Shop", "Till")
    ]
    good, revoked = (done.out.strip() for done in made)
    listed = run(tmp_path, "service-keys", "list", DATABASE_URL=database_url)
    (key_id,) = (line.split()[0] for line in listed.out.splitlines() if "Till" in line)
    ended = run(tmp_path, "service-keys", "revoke", key_id, DATABASE_URL=database_url)
    assert ended.code == 0, ended
    responses = [*(done.err for done in made), listed.out, listed.err, ended.out, ended.err]
    return ServiceKeys(good, revoked, revoked[:30] + good[30:], [("a command", text.encode()) for text in responses])


@pytest.fixture
def debug_server(keys: ServiceKeys, database_url: str, tmp_path: Path) -> Iterator[Server]:  # noqa: ARG001 - made before
    """A server with the most verbose log."""
    with Server(database_url, tmp_path, LOG_LEVEL="debug", ACCESS_LOG="true") as running:
        yield running


def test_no_secret_leaks(debug_server: Server, keys: ServiceKeys, database_url: str, tmp_path: Path) -> None:
    secrets = SecretTexts()
    secrets.add_keys_file(tmp_path / "keys.json")
    for key in keys.all:
        secrets.add_service_key(key)
    ana, tab = RecordingClient(debug_server.url, secrets), RecordingClient(debug_server.url, secrets)
    shop = RecordingClient(debug_server.url, secrets, keys.good)
    with ana.http, tab.http, shop.http:
        use_tokens(ana)
        use_cookies(tab)
        send_malformed_requests(ana, (ana.access_token, ana.refresh_token, SECOND, *keys.all))
        act_as_service(shop, ana)
        send_malformed_requests(shop, (ana.access_token, shop.refresh_token, SECOND, *keys.all))
    responses = [*keys.responses, *ana.responses, *tab.responses, *shop.responses]
    before = leak_sources(database_url, tmp_path)
    debug_server.stop()
    after = leak_sources(database_url, tmp_path)

    assert len(secrets) > 300
    found = {where: kinds for where, content in responses + before + after if (kinds := secrets.found_in(content))}
    assert found == {}


def leak_sources(database_url: str, folder: Path) -> list[tuple[str, bytes]]:
    """Return every source that a reader of logs or backups can see, with its content."""
    files = [(path.name, path.read_bytes()) for path in folder.iterdir() if path.name != "keys.json"]
    log = dict(files)["server.log"]
    assert b"Rejected an access token" in log
    assert b"Rejected a service key" in log
    assert b'"GET /nowhere HTTP/1.1" 404' in log, "each request is logged"
    if database_url.startswith("sqlite"):
        assert any(name.startswith("sessionql.sqlite3") and b"ana@example.com" in content for name, content in files)
        return files
    rows = wait_for(every_row(database_url))
    assert any(b"ana@example.com" in content for _, content in rows)
    return [*files, *rows]


async def every_row(url: str) -> list[tuple[str, bytes]]:
    """Return every row of every table, as text."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [(name, await connection.fetch(f'SELECT t::text AS row FROM "{name}" t')) for (name,) in tables]
    finally:
        await connection.close()
    return [(f"table {name}", str(row["row"]).encode()) for name, found in rows for row in found]


def test_a_leaked_secret_is_found(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(
        '{"signing": [{"d": "c2lnbmluZy1rZXktb2YtMzItYnl0ZXMtLS0tLS0tLS0"}], "refresh": ["_-7_7v_u_-7_7v_u_-7_7v_u"]}'
    )
    secrets = SecretTexts()
    secrets.add_keys_file(tmp_path / "keys.json")
    secrets.add("password", FIRST)
    secrets.add_access_token("aGVhZGVyMTI.cGF5bG9hZDEy.c2lnbmF0dXJlIQ")
    secrets.add_refresh_token("sqlr_" + "A" * 52 + "B" * 40)

    secrets.add_service_key("sqls_" + "C" * 24 + "D" * 40)

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
        (b"D" * 40, "secret of a service key"),
    ]:
        assert secrets.found_in(haystack) == ({kind} if kind else set()), haystack
