"""The programs of `docs/programs` are those of docs/protect-your-api.md, and behave as the page describes."""

import time
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.docs.blocks import ROOT, written_in
from tests.engines import Engines
from tests.server import IPHONE, Device, Program
from tests.sessionql.command import run

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
    laptop = notes.device().register("ana@example.com")
    with httpx.Client(base_url=notes.site) as http:
        assert http.get("/").json() == "Hello, stranger"
        assert http.get("/", headers=bearer(laptop)).json() == "Hello on your Firefox on Ubuntu"
        assert http.get("/notes").status_code == 401
        assert http.post("/notes", json={"text": "Milk"}, headers=bearer(laptop)).json() == ["Milk"]
        phone = notes.device(IPHONE).log_in("ana@example.com")
        assert http.get("/notes", headers=bearer(phone)).json() == ["Milk"]
        laptop.get("mutation { revokeAllSessions(keepCurrent: true) { revokedCount } }")
        assert http.get("/notes", headers=bearer(phone)).status_code == 401
        assert http.delete("/notes", headers=bearer(laptop)).status_code == 204
        assert http.get("/notes", headers=bearer(laptop)).json() == []
        guarded = http.get("/openapi.json").json()["paths"]["/notes"]["get"]["security"]
        assert guarded == [{"SessionQL": []}]
    assert "To ana@example.com: a log-in on Safari on iPhone. Was that you?" in wait_for_log(notes, "Was that you?")


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
        for path, word in (("/weather", "Sunny"), ("/salaries", "Secret")):
            assert (await http.get(path, headers=bearer(laptop))).json().startswith(word)
            assert (
                await http.get(path, headers={"Authorization": f"Bearer {laptop.access_token}x"})
            ).status_code == 401
        laptop.get("mutation { logout { __typename } }")
        assert (await http.get("/weather", headers=bearer(laptop))).status_code == 200, (
            "accepted until the token expires"
        )
        assert (await http.get("/salaries", headers=bearer(laptop))).status_code == 401


def bearer(device: Device) -> dict[str, str]:
    return {"Authorization": f"Bearer {device.access_token}"}


def wait_for_log(program: Program, words: str) -> str:
    """The log of the program, as soon as it contains these words; at most 10 seconds later."""
    deadline = time.monotonic() + 10
    while words not in program.log and time.monotonic() < deadline:
        time.sleep(0.05)
    return program.log


def load(name: str) -> Any:
    """A program of `docs/programs` as a module."""
    spec = spec_from_file_location(name, PROGRAMS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
