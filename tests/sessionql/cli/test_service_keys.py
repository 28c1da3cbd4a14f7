"""The commands for service keys and operators, on both engines."""

from pathlib import Path

import pytest

from sessionql.schema.build import services_sdl
from tests.support.cli import Result, run
from tests.support.engines import Engines
from tests.support.server import Server

KEY = "{ serviceKey { name scopes } }"


class Shell:
    """The command `sessionql` with one database."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url

    def __call__(self, *arguments: str, typed: str = "") -> Result:
        return run(self.folder, *arguments, typed=typed, DATABASE_URL=self.url)

    def out(self, *arguments: str, typed: str = "") -> str:
        """The output of a command that must succeed."""
        done = self(*arguments, typed=typed)
        assert done.code == 0, done
        return done.out


@pytest.fixture
def shell(database_url: str, tmp_path: Path) -> Shell:
    return Shell(tmp_path, database_url)


def test_a_key_is_created_used_listed_and_revoked(shell: Shell) -> None:
    made = shell("service-keys", "create", "Shop", "--scope", "introspect", "--scope", "operator")
    (token,) = made.out.splitlines()
    assert token.startswith("sqls_")
    assert token not in made.err
    id_, *_ = shell.out("service-keys", "list").split()
    assert id_ in made.err, "it explains how to revoke the key"
    with Server(shell.url, shell.folder) as server:
        shop = server.device("shop/1.0")
        shop.access_token = token
        assert shop.get(KEY) == {"serviceKey": {"name": "Shop", "scopes": ["INTROSPECT", "OPERATOR"]}}
        assert token not in server.log
    assert shell.out("service-keys", "revoke", id_) == "Revoked the key of Shop.\n"
    assert "no key has this ID" in shell("service-keys", "revoke", id_).problem
    listed = shell.out("service-keys", "list")
    assert "revoked" in listed
    assert token not in listed
    with Server(shell.url, shell.folder) as server:
        shop = server.device("shop/1.0")
        shop.access_token = token
        assert shop.code(KEY) == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("arguments", [["Shop"], ["Shop", "--scope", "root"], ["", "--scope", "operator"], []])
def test_an_invalid_key_is_not_created(engines: Engines, tmp_path: Path, arguments: list[str]) -> None:
    shell = Shell(tmp_path, engines.sqlite(tmp_path))
    done = shell("service-keys", "create", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "Error: " in done.problem
    assert shell.out("service-keys", "list") == ""


def test_commands_of_operators(shell: Shell) -> None:
    with Server(shell.url, shell.folder) as server:
        laptop, phone = server.device().register("ana@example.com"), server.device().log_in("ana@example.com")
        other = server.device().register("bob@example.com")
        tokens = [each.access_token for each in (laptop, phone, other)]
    ana = ("--email", "ANA@example.com")
    shown = dict(line.split(": ", 1) for line in shell.out("users", "show", *ana).splitlines())
    assert (shown["email"], shown["subject"], shown["disabled"]) == ("ana@example.com", "none", "never")
    assert [line.split()[0] for line in shell.out("users", "sessions", "--id", shown["id"]).splitlines()] == [
        phone.session_id,
        laptop.session_id,
    ]
    assert shell.out("users", "revoke", *ana, "--session", phone.session_id) == "The session is revoked.\n"
    assert "has no session" in shell("users", "revoke", *ana, "--session", other.session_id).problem
    assert shell.out("users", "disable", *ana) == "The user is disabled. Revoked 1 sessions.\n"
    assert shell.out("users", "enable", *ana) == "The user is enabled.\n"
    assert shell.out("users", "revoke-every-session", typed="y\n").endswith("Revoked 1 sessions.\n")
    with Server(shell.url, shell.folder) as server:
        for token in tokens:
            device = server.device()
            device.access_token = token
            assert device.code("{ mySessions { id } }") == "UNAUTHENTICATED"
        events = "{ me { securityEvents { nodes { kind actorName } } } }"
        story = server.device().log_in("ana@example.com").get(events)["me"]["securityEvents"]["nodes"]
        assert {"kind": "USER_DISABLED", "actorName": "command line"} in story
    assert shell("users", "delete", *ana, typed="n\n").code == 1
    assert shown["id"] in shell.out("users", "delete", *ana, typed="y\n")
    assert "no user has this ID" in shell("users", "show", *ana).problem
    kinds = ["USER_DELETED", "EVERY_SESSION_REVOKED", "USER_ENABLED", "USER_DISABLED", "SESSION_REVOKED"]
    lines = shell.out("audit-log").splitlines()
    assert [kind in line and "command line" in line for kind, line in zip(kinds, lines, strict=True)] == [True] * 5


def test_no_command_reaches_the_user_of_a_similar_address(engines: Engines, tmp_path: Path) -> None:
    shell = Shell(tmp_path, engines.sqlite(tmp_path))
    with Server(shell.url, shell.folder) as server:
        server.device().register("ana@fass.example.de")

    assert "no user has this ID" in shell("users", "disable", "--email", "ana@faß.example.de").problem
    assert "disabled: never" in shell.out("users", "show", "--email", "ana@fass.example.de")


@pytest.mark.parametrize("names", [[], ["--email", "a@example.com", "--subject", "a"]])
def test_a_user_is_selected_by_exactly_one_option(tmp_path: Path, names: list[str]) -> None:
    done = run(tmp_path, "users", "show", *names)
    assert done.code == 2
    assert "one of --id, --email and --subject" in done.problem


def test_the_schema_of_services_is_exported(tmp_path: Path) -> None:
    assert run(tmp_path, "export-schema", "--services").out == services_sdl()
