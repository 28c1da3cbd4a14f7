"""Paths, links and routes in the documentation exist, and so do the numbers of the decisions."""

import re
from pathlib import Path

import httpx
import pytest

from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings
from tests.docs.blocks import PAGES, ROOT

DOCUMENTS = [*PAGES, ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"]
PATH = re.compile(
    r"`((?:sessionql|graphql_server|http_kit|schema|resolvers|storage|tests|benchmarks|docs|graphql_examples|requirements)"
    r"/[\w./-]*)`"
)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(#[^)]*)?\)")
GENERATED = {"docs/reference.md", "docs/services-reference.md", "docs/decisions/index.md"}
"""Pages that only the site has."""
CODE = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)


def prose(page: Path) -> str:
    """The text of a page without its blocks of code."""
    return CODE.sub("", page.read_text(encoding="utf-8"))


def exists(path: str) -> bool:
    return (ROOT / path).exists()


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_exists(page: Path) -> None:
    # An example may name a path relative to its own folder.
    paths = PATH.findall(prose(page))
    assert [path for path in paths if not exists(path) and not (page.parent / path).exists()] == []


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = [(page.parent / target).resolve() for target, _ in LINK.findall(prose(page))]
    names = [str(target.relative_to(ROOT)) for target in targets]
    assert [name for name in names if not exists(name) and name not in GENERATED] == []


def test_the_map_of_concepts_has_files_for_each() -> None:
    """The map of CONTRIBUTING.md; `test_every_path_exists` checks the files."""
    section = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("\n| concept | files |\n")[2]
    rows = [line for line in section.partition("\n\n")[0].splitlines() if not line.startswith("| ---")]
    assert rows
    assert [row for row in rows if not PATH.search(row)] == []


def test_each_decision_has_its_own_number() -> None:
    pages = {int(page.name.partition("-")[0]): page for page in (ROOT / "docs/decisions").glob("*.md")}
    assert len(pages) == len([*(ROOT / "docs/decisions").glob("*.md")])
    for number, page in pages.items():
        lines = page.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {number}. "), page.name
        headings = [line for line in lines if line.startswith("## ")]
        expected = ["## Context", "## Decision", "## Consequences", "## Alternatives"]
        assert [heading for heading in headings if heading in expected] == expected, page.name


async def test_the_rest_page_lists_every_route(tmp_path: Path) -> None:
    transport = httpx.ASGITransport(create_app(Settings(data_dir=tmp_path, mode="development")))
    async with httpx.AsyncClient(transport=transport, base_url="https://sessions.example.com") as http:
        paths = (await http.get("/openapi.json")).json()["paths"]
    rows = re.findall(r"^\| `([A-Z]+) (/[^`]*)` \|", (ROOT / "docs/rest.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {(method.lower(), path) for method, path in rows} == {
        (method, path) for path, methods in paths.items() for method in methods
    }
