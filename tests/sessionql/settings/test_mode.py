"""The mode: production by default, and the setting of each default that it changes."""

import os
import subprocess
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from sessionql.resolvers.dependencies import Accounts
from sessionql.server.banner import banner
from sessionql.settings.mode import MODES, Introspection, Mode, set_default_mode
from sessionql.settings.settings import Settings
from tests.support.engines import Engines
from tests.support.server import InstalledServer, Server

ROOT = Path(__file__).parents[3]
URL = "http://127.0.0.1:8000"
PAGE = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without a `.env` file. The environment is restored afterwards."""
    monkeypatch.setattr(os, "environ", {name: each for name, each in os.environ.items() if "SESSIONQL" not in name})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("mode", "graphiql", "introspection", "page", "reported"),
    [
        ("production", None, None, False, "operators"),
        ("production", True, None, True, "operators"),
        ("production", None, "public", False, "public"),
        ("production", None, "off", False, "off"),
        ("development", None, None, True, "public"),
        ("development", False, None, False, "public"),
        ("development", None, "operators", True, "operators"),
        ("development", None, "off", True, "off"),
    ],
)
def test_the_mode_decides_the_defaults(
    mode: Mode, graphiql: bool | None, introspection: Introspection | None, page: bool, reported: Introspection
) -> None:
    settings = Settings(mode=mode, graphiql=graphiql, introspection=introspection)
    assert (settings.serves_graphiql, settings.introspectors) == (page, reported)


@pytest.mark.parametrize(
    ("mode", "accounts", "allowed"),
    [
        ("production", None, "closed"),
        ("development", None, "open"),
        *((mode, accounts, accounts) for mode in MODES for accounts in ("open", "closed", "off")),
    ],
)
def test_visitors_register_by_default_in_development_only(
    mode: Mode, accounts: Accounts | None, allowed: Accounts
) -> None:
    settings = Settings(mode=mode, accounts=accounts)
    assert settings.allowed_accounts == allowed
    assert settings.policy.only_services is (allowed == "off")


def test_the_environment_selects_the_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SESSIONQL_ACCOUNTS", "off")
    assert Settings().allowed_accounts == "off"
    monkeypatch.setitem(os.environ, "SESSIONQL_ACCOUNTS", "all")
    with pytest.raises(ValidationError, match="'open', 'closed' or 'off'"):
        Settings()


def test_a_default_is_used_without_a_setting() -> None:
    set_default_mode("development")
    assert Settings().mode == "development"


def test_the_environment_overrides_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SESSIONQL_MODE", "production")
    set_default_mode("development")
    assert Settings().mode == "production"


@pytest.mark.parametrize(
    "line", ["SESSIONQL_MODE=production", "export SESSIONQL_MODE='production'", "sessionql_mode=production"]
)
def test_the_file_overrides_a_default(nowhere: Path, line: str) -> None:
    """A variable would override the file, so none is set."""
    (nowhere / ".env").write_text(f"{line}\n")
    set_default_mode("development")
    assert Settings().mode == "production"


def test_make_serve_uses_development_by_default() -> None:
    environment = {name: each for name, each in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "-n", "serve"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].endswith("/sessionql serve --default-mode development")
    assert "SESSIONQL_MODE" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "line", "page"),
    [
        ((), "", False),
        (("--default-mode", "development"), "", True),
        (("--default-mode", "development"), "SESSIONQL_MODE=production", False),
        (("--default-mode", "development"), "SESSIONQL_GRAPHIQL=false", False),
        ((), "SESSIONQL_MODE=development", True),
    ],
)
def test_a_server_is_in_the_mode_that_it_reports(
    engines: Engines, tmp_path: Path, arguments: tuple[str, ...], line: str, page: bool
) -> None:
    (tmp_path / ".env").write_text(f"{line}\n")
    with Server(engines.sqlite(tmp_path), tmp_path, *arguments) as server:
        assert httpx.get(f"{server.url}/graphql", headers=PAGE).is_success == page
        assert ("GraphiQL   off" not in server.log) == page


def test_workers_have_the_mode_of_their_server(engines: Engines, tmp_path: Path) -> None:
    with InstalledServer(engines.postgresql(), tmp_path, "--default-mode", "development", WORKERS="2") as server:
        answers = [httpx.get(f"{server.url}/schema.graphql").status_code for _ in range(20)]
    assert set(answers) == {200}


def test_the_banner_of_development_has_the_url_of_the_page() -> None:
    shown = banner(Settings(mode="development"), URL)
    assert f"SessionQL is ready on {URL} (sqlite, development)" in shown
    assert f"GraphiQL   {URL}/graphql" in shown
    assert "Register" in shown
    assert "accounts   open" in shown
    assert "Register" not in banner(Settings(mode="development", accounts="closed"), URL)


def test_the_banner_of_production_explains_how_to_enable_features() -> None:
    shown = banner(Settings(), URL)
    assert f"SessionQL is ready on {URL} (sqlite, production)" in shown
    assert "SESSIONQL_GRAPHIQL=true" in shown
    assert "SESSIONQL_MODE=development" in shown
    assert "open it" not in shown
    assert "accounts   closed: `sessionql users create EMAIL` creates a user" in shown
    assert "/schema.graphql (for service keys with the scope operator)" in shown


def test_the_banner_names_no_route_that_does_not_exist() -> None:
    assert f"devices    {URL}/ in a browser" in banner(Settings(), URL)
    assert "devices" not in banner(Settings(page=False), URL)
    assert "schema.graphql" not in banner(Settings(introspection="off"), URL)
    assert "(for" not in banner(Settings(introspection="public"), URL)
