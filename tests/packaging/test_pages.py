"""The pages of GraphiQL and Swagger UI, with the extra `pages` and without it."""

from pathlib import Path

import httpx
import pytest

from sessionql.app.pages import check_pages
from sessionql.http.static_packages import StaticFilesMissing
from sessionql.settings.settings import Settings
from tests.packaging.conftest import Create
from tests.packaging.installed import InstalledServer, run_command
from tests.packaging.interpreters import supported_interpreters
from tests.support.engines import Engines

PAGES = ("/graphql", "/docs")
ADVICE = "pip install 'sessionql[pages]'"


def test_with_the_extra_they_are_served(create: Create, engines: Engines, tmp_path: Path) -> None:
    installed = create(supported_interpreters()[0], "lowest")
    with (
        InstalledServer(installed, engines.sqlite(tmp_path), tmp_path, MODE="development") as server,
        httpx.Client(base_url=server.url, headers={"Accept": "text/html"}) as http,
    ):
        for path in (*PAGES, "/graphiql/graphiql.min.js", "/docs/swagger-ui-bundle.js"):
            assert http.get(path).status_code == 200, path
        assert ADVICE not in server.log


def test_without_the_extra_they_are_not_found_and_the_rest_is_served(
    create: Create, engines: Engines, tmp_path: Path
) -> None:
    installed = create(supported_interpreters()[0], "app")
    with (
        InstalledServer(installed, engines.sqlite(tmp_path), tmp_path, MODE="development") as server,
        httpx.Client(base_url=server.url, headers={"Accept": "text/html"}) as http,
    ):
        for path in PAGES:
            answer = http.get(path)
            assert answer.status_code == 404, path
            assert ADVICE in answer.text, path
        assert http.get("/openapi.json").status_code == 200
        assert 'href="graphql"' not in http.get("/").text
        assert server.log.count(ADVICE) >= 3, "two warnings, and the line of the start"
        server.device().register("ana@example.com")


def test_without_the_extra_the_setting_of_a_page_is_an_error(create: Create, engines: Engines, tmp_path: Path) -> None:
    installed = create(supported_interpreters()[0], "app")
    settings = {"DATABASE_URL": engines.sqlite(tmp_path), "PORT": "0", "GRAPHIQL": "true"}
    problem = run_command(installed, tmp_path, "serve", **settings).problem
    assert problem == f"sessionql: The files of GraphiQL are not installed. Run: {ADVICE}"


@pytest.mark.parametrize(
    "settings", [Settings(graphiql=True), Settings(rest_docs=True)], ids=["GraphiQL", "Swagger UI"]
)
def test_a_required_page_without_its_files_stops_a_start(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr("sessionql.http.static_packages.find_spec", lambda _: None)
    with pytest.raises(StaticFilesMissing, match="not installed"):
        check_pages(settings)


def test_a_page_of_the_mode_without_its_files_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sessionql.http.static_packages.find_spec", lambda _: None)
    check_pages(Settings(mode="development"))
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    caplog.clear()
    check_pages(Settings(mode="production"))
    assert caplog.records == []
