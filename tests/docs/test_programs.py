"""The programs of `docs/programs` are those of docs/protect-your-api.md, and behave as the page describes."""

from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import HTTPException
from fastapi.security import HTTPAuthorizationCredentials

from tests.docs.blocks import ROOT, written_in
from tests.docs.notes_story import bearer, run_notes_story
from tests.support.cli import run
from tests.support.engines import Engines
from tests.support.server import Program

PROGRAMS = ROOT / "docs" / "programs"


@pytest.fixture(scope="module")
def database_url(engines: Engines) -> str:
    return engines.postgresql()


@pytest.fixture(scope="module")
def notes(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with Program("notes", database_url, tmp_path_factory.mktemp("notes")) as running:
        yield running


def test_the_page_shows_the_programs() -> None:
    shown = {block.text for block in written_in("python") if block.page == "docs/protect-your-api.md"}
    assert shown == {path.read_text() for path in PROGRAMS.glob("*.py")}


def test_notes_require_a_session(notes: Program) -> None:
    run_notes_story(notes)


async def test_reports_check_the_tokens_of_another_server(
    notes: Program, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = run(tmp_path, "service-keys", "create", "Reports", "--scope", "introspect", DATABASE_URL=database_url)
    monkeypatch.setenv("SESSIONS", notes.url)
    monkeypatch.setenv("SERVICE_KEY", key.out.strip())
    laptop = notes.device().register("bo@example.com")
    app = load("reports").app
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://reports.example.com") as http,
    ):
        for path, word in (("/report", "The report for"), ("/salaries", "The salaries for")):
            assert (await http.get(path, headers=bearer(laptop))).json().startswith(word)
            assert (
                await http.get(path, headers={"Authorization": f"Bearer {laptop.access_token}x"})
            ).status_code == 401
        laptop.get("mutation { logout { __typename } }")
        assert (await http.get("/report", headers=bearer(laptop))).status_code == 200, (
            "accepted until the token expires"
        )
        assert (await http.get("/salaries", headers=bearer(laptop))).status_code == 401


@pytest.mark.parametrize("type_", ["JWT", "id+jwt", "logout+jwt", "AT+JWT", "", None])
def test_reports_reject_another_type_of_token(monkeypatch: pytest.MonkeyPatch, type_: str | None) -> None:
    monkeypatch.setenv("SESSIONS", "https://api.example.com/auth")
    monkeypatch.setenv("SERVICE_KEY", "unused")
    reports, key = load("reports"), Ed25519PrivateKey.generate()
    monkeypatch.setattr(reports.keys, "get_signing_key_from_jwt", lambda _: key.public_key())
    claims = {"iss": "sessionql", "aud": "sessionql", "sub": "ana", "exp": 2**40}

    def verified(type_: str | None) -> Any:
        token = jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": type_})
        return reports.verified(HTTPAuthorizationCredentials(scheme="Bearer", credentials=token))

    assert verified("at+jwt") == claims
    with pytest.raises(HTTPException) as caught:
        verified(type_)
    assert caught.value.status_code == 401


def load(name: str) -> Any:
    """A program of `docs/programs` as a module."""
    spec = spec_from_file_location(name, PROGRAMS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
