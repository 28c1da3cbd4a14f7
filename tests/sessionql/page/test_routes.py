"""The files of the page and the component over HTTP, without a browser. `tests/browser` runs them in Chromium."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from graphql import parse, validate

from sessionql.app.factory import create_app
from sessionql.page import page_documents
from sessionql.page.bundle import bundle
from sessionql.schema.build import graphql_schema
from sessionql.settings.settings import Settings
from tests.conftest import developing

pytestmark = pytest.mark.usefixtures("cheap_hashing")

FILES = re.compile(r'(?:src|href)="((?:page/|my-sessions\.js)[^"]*)"')
PAGE_FOLDER = Path(__file__).parents[3] / "sessionql" / "page"


@pytest.fixture
def engine() -> str:
    """The files do not depend on the engine."""
    return "sqlite"


async def test_the_page_links_versioned_files_that_are_immutable(http: httpx.AsyncClient) -> None:
    page = await http.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    files = FILES.findall(page.text)
    assert {file.partition("?v=")[0] for file in files} == {
        "page/icon.svg",
        "page/page.css",
        "page/page.js",
        "my-sessions.js",
    }
    for file in files:
        versioned = await http.get(f"/{file}")
        assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable", file
        other = await http.get(f"/{file[:-1]}")
        assert (other.status_code, other.headers["cache-control"]) == (200, "no-cache"), "another version"


async def test_an_unchanged_file_is_304(http: httpx.AsyncClient) -> None:
    for path in ("/", "/my-sessions.js", "/page/page.js"):
        first = await http.get(path)
        again = await http.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = await http.get(path, headers={"If-None-Match": '"other"'})
        assert other.content == first.content


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [("gzip, deflate, br", True), ("GZIP;q=0.5", True), ("identity", False), ("br, gzip;q=0", False), ("", False)],
)
async def test_files_are_compressed_if_the_client_accepts_gzip(
    http: httpx.AsyncClient, accepted: str, compressed: bool
) -> None:
    async with http.stream("GET", "/my-sessions.js", headers={"Accept-Encoding": accepted}) as response:
        raw = b"".join([part async for part in response.aiter_raw()])
    assert (response.headers.get("content-encoding") == "gzip") == compressed
    assert response.headers["vary"] == "Accept-Encoding"
    text = gzip.decompress(raw) if compressed else raw
    assert b"customElements.define" in text


async def test_the_page_complies_with_its_content_security_policy(http: httpx.AsyncClient) -> None:
    page = await http.get("/")
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src")} == {"'self'"}
    assert (policy["trusted-types"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
    assert "://" not in page.text, "no URL of another origin"


async def test_other_origins_can_read_the_component_and_no_other_file(http: httpx.AsyncClient) -> None:
    shared = (await http.get("/my-sessions.js", headers={"Origin": "https://app.example.com"})).headers
    assert shared["access-control-allow-origin"] == "*"
    assert shared["cross-origin-resource-policy"] == "cross-origin"
    for path in ("/", "/page/page.js"):
        own = (await http.get(path, headers={"Origin": "https://app.example.com"})).headers
        assert "access-control-allow-origin" not in own
        assert own["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("name", ["nothing.js", "..%2froutes.py", "routes.py", "component%2fi18n.js", ""])
async def test_there_are_no_other_files(http: httpx.AsyncClient, name: str) -> None:
    assert (await http.get(f"/page/{name}")).status_code == 404


async def test_the_page_links_to_graphiql_if_it_is_served(settings: Settings) -> None:
    for served in (True, False):
        async for http in client(settings, graphiql=served):
            assert ('href="graphql"' in (await http.get("/")).text) == served


@developing
async def test_the_page_can_be_turned_off(settings: Settings) -> None:
    async for http in client(settings, page=False):
        for path in ("/", "/my-sessions.js", "/page/page.js"):
            assert (await http.get(path)).status_code == 404
        assert (await http.get("/graphql", headers={"Accept": "text/html"})).is_success


def test_the_setting_accepts_on_and_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, expected in (("on", True), ("off", False)):
        monkeypatch.setenv("SESSIONQL_PAGE", text)
        assert Settings().page is expected


def test_every_operation_is_a_trusted_document_and_valid() -> None:
    entries = list(page_documents())
    scripts = [*PAGE_FOLDER.rglob("*operations.js")]
    assert len(entries) == sum(script.read_text().count("export const") for script in scripts) > 10
    for entry in entries:
        assert validate(graphql_schema, parse(entry.text)) == [], entry.text


def test_modules_are_bundled_into_one(tmp_path: Path) -> None:
    exporting, importing = tmp_path / "exporting.js", tmp_path / "importing.js"
    exporting.write_text("export const ONE = 1;\nexport async function two() {}\nconst own = 3;\n")
    importing.write_text('import { ONE, two } from "./exporting.js";\nexport class Three {}\n')
    assert bundle([exporting, importing]) == (
        "// exporting.js\nconst ONE = 1;\nasync function two() {}\nconst own = 3;\n\n"
        "// importing.js\nexport class Three {}\n"
    )


@pytest.mark.parametrize(
    "line", ['import all from "./given.js";', 'import "elsewhere";', "export default 1;", 'export * from "./given.js";']
)
def test_other_forms_of_import_and_export_are_errors(tmp_path: Path, line: str) -> None:
    script = tmp_path / "odd.js"
    script.write_text(f"{line}\n")
    with pytest.raises(ValueError, match=r"odd\.js"):
        bundle([script, script])


async def client(settings: Settings, **changes: bool) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update=changes))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as http,
    ):
        yield http
