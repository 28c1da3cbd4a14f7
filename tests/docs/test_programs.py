"""The programs of `docs/programs` are those of the page, and do what it says."""

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


def test_what_the_page_shows_is_what_runs() -> None:
    shown = {block.text for block in written_in("python") if block.page == "docs/protect-your-api.md"}
    assert shown == {path.read_text() for path in PROGRAMS.glob("*.py")}


def test_what_the_readme_shows_is_taken_from_there() -> None:
    (block,) = [block for block in written_in("python") if "SessionQL()" in block.text and block.page == "README.md"]
    program = (PROGRAMS / "notes.py").read_text()
    shortened = "async def read(current: Annotated[Requester, Depends(sessions.current_session)]) -> list[str]:"
    lines = block.text.replace(shortened, "async def read(current: CurrentSession) -> list[str]:").splitlines()
    assert [line for line in lines if line not in program] == []


def test_notes_are_for_whoever_is_signed_in(notes: Program) -> None:
    laptop = notes.device().register("ana@example.com")
    with httpx.Client(base_url=notes.site) as http:
        assert http.get("/").json() == "Hello"
        assert http.get("/", headers=as_(laptop)).json() == "Hello on your Firefox on Ubuntu"
        assert http.get("/notes").status_code == 401
        assert http.post("/notes", json={"text": "Milk"}, headers=as_(laptop)).json() == ["Milk"]
        phone = notes.device(IPHONE).log_in("ana@example.com")
        assert http.get("/notes", headers=as_(phone)).json() == ["Milk"]
        laptop.get("mutation { revokeAllSessions(keepCurrent: true) { revokedCount } }")
        assert http.get("/notes", headers=as_(phone)).status_code == 401
        assert http.delete("/notes", headers=as_(laptop)).status_code == 204
        assert http.get("/notes", headers=as_(laptop)).json() == []
        guarded = http.get("/openapi.json").json()["paths"]["/notes"]["get"]["security"]
        assert guarded == [{"SessionQL": []}]
    assert "To ana@example.com: a log-in on Safari on iPhone. Was that you?" in soon(notes, "Was that you?")


async def test_reports_check_the_tokens_of_another_server(
    notes: Program, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = run(tmp_path, "service-keys", "create", "Reports", "--scope", "introspect", DATABASE_URL=database_url)
    monkeypatch.setenv("SESSIONS", notes.url)
    monkeypatch.setenv("SERVICE_KEY", key.out.strip())
    laptop = notes.device().register("bo@example.com")
    app = loaded("reports").app
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://reports.example.com") as http,
    ):
        for path, word in (("/weather", "Sunny"), ("/salaries", "Secret")):
            assert (await http.get(path, headers=as_(laptop))).json().startswith(word)
            assert (
                await http.get(path, headers={"Authorization": f"Bearer {laptop.access_token}x"})
            ).status_code == 401
        laptop.get("mutation { logout { __typename } }")
        assert (await http.get("/weather", headers=as_(laptop))).status_code == 200, "as the page says"
        assert (await http.get("/salaries", headers=as_(laptop))).status_code == 401


def as_(device: Device) -> dict[str, str]:
    return {"Authorization": f"Bearer {device.access_token}"}


def soon(program: Program, words: str) -> str:
    """What the program has written, as soon as these words are among it."""
    deadline = time.monotonic() + 10
    while words not in program.log and time.monotonic() < deadline:
        time.sleep(0.05)
    return program.log


def loaded(name: str) -> Any:
    """A program of the page, as a module."""
    spec = spec_from_file_location(name, PROGRAMS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
