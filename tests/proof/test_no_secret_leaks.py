"""No token, password or key that a server was sent or gave out lies about: not in its database, log or answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from sessionql.cli.service_keys import NAMES
from tests.engines import wait_for
from tests.proof.confidant import Confidant
from tests.proof.lives import FIRST, SECOND, live, live_in_a_browser, misbehave, vouch
from tests.proof.secret_texts import SecretTexts
from tests.server import Server
from tests.sessionql.command import run


@dataclass(frozen=True)
class ServiceKeys:
    """A key that is good, one that was revoked, one that never was; and what the commands said about them."""

    good: str
    revoked: str
    garbage: str
    said: list[tuple[str, bytes]]

    @property
    def all(self) -> tuple[str, ...]:
        return self.good, self.revoked, self.garbage


@pytest.fixture
def keys(database_url: str, tmp_path: Path) -> ServiceKeys:
    """Made before the server starts, for it locks the file of SQLite."""
    scopes = [part for name in NAMES for part in ("--scope", name)]
    made = [
        run(tmp_path, "service-keys", "create", name, *scopes, DATABASE_URL=database_url) for name in ("Shop", "Till")
    ]
    good, revoked = (done.out.strip() for done in made)
    listed = run(tmp_path, "service-keys", "list", DATABASE_URL=database_url)
    (key_id,) = (line.split()[0] for line in listed.out.splitlines() if "Till" in line)
    ended = run(tmp_path, "service-keys", "revoke", key_id, DATABASE_URL=database_url)
    assert ended.code == 0, ended
    said = [*(done.err for done in made), listed.out, listed.err, ended.out, ended.err]
    return ServiceKeys(good, revoked, revoked[:30] + good[30:], [("a command", text.encode()) for text in said])


@pytest.fixture
def talkative(keys: ServiceKeys, database_url: str, tmp_path: Path) -> Iterator[Server]:  # noqa: ARG001 - made before
    """A server that logs all that it ever logs."""
    with Server(database_url, tmp_path, LOG_LEVEL="debug", ACCESS_LOG="true") as running:
        yield running


def test_no_secret_lies_about(talkative: Server, keys: ServiceKeys, database_url: str, tmp_path: Path) -> None:
    secrets = SecretTexts()
    secrets.add_keys_file(tmp_path / "keys.json")
    for key in keys.all:
        secrets.add_service_key(key)
    ana, tab = Confidant(talkative.url, secrets), Confidant(talkative.url, secrets)
    shop = Confidant(talkative.url, secrets, keys.good)
    with ana.http, tab.http, shop.http:
        live(ana)
        live_in_a_browser(tab)
        misbehave(ana, (ana.access_token, ana.refresh_token, SECOND, *keys.all))
        vouch(shop, ana)
        misbehave(shop, (ana.access_token, shop.refresh_token, SECOND, *keys.all))
    said = [*keys.said, *ana.said, *tab.said, *shop.said]
    before = places(database_url, tmp_path)
    talkative.stop()
    after = places(database_url, tmp_path)

    assert len(secrets) > 300
    found = {where: kinds for where, content in said + before + after if (kinds := secrets.found_in(content))}
    assert found == {}


def places(database_url: str, folder: Path) -> list[tuple[str, bytes]]:
    """Everywhere that others may look, and what they find there."""
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
