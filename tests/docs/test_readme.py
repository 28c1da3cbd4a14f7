"""The README: its length, its program, and its links."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import httpx
import pytest

from tests.docs.blocks import ROOT, blocks_of

README = ROOT / "README.md"
MAX_LINES = 130


def test_it_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


async def test_the_program_requires_a_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = [block for block in blocks_of(README) if block.language == "python"]
    (tmp_path / "readme_program.py").write_text(block.text)
    monkeypatch.setenv("SESSIONQL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SESSIONQL_MODE", "development")
    spec = spec_from_file_location("readme_program", tmp_path / "readme_program.py")
    assert spec is not None
    assert spec.loader is not None
    program = module_from_spec(spec)
    spec.loader.exec_module(program)
    transport = httpx.ASGITransport(program.app)
    async with (
        program.app.router.lifespan_context(program.app),
        httpx.AsyncClient(transport=transport, base_url="https://notes.example.com") as http,
    ):
        assert (await http.get("/notes")).status_code == 401
        account = {"email": "ana@example.com", "password": "correct horse battery"}
        token = (await http.post("/auth/register", json=account)).json()["access_token"]
        response = await http.get("/notes", headers={"Authorization": f"Bearer {token}"})
        assert response.json().startswith("The notes of ")
        await http.post("/auth/auth/logout", headers={"Authorization": f"Bearer {token}"})
        assert (await http.get("/notes", headers={"Authorization": f"Bearer {token}"})).status_code == 401


def test_the_pictures_are_referenced_by_light_and_dark() -> None:
    pictures = re.findall(r'src(?:set)?="([^"]+)"', README.read_text(encoding="utf-8"))
    assert [name for name in pictures if "your-devices" in name] == [
        "docs/pictures/your-devices-dark.png",
        "docs/pictures/your-devices-light.png",
    ]
