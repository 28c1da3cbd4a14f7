"""SessionQL works as it is installed: every command, the server, and the story of two devices, on both engines."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from sessionql.cli.main import commands
from tests.packaging.cases import Case
from tests.packaging.environments import Environment
from tests.packaging.installed import CommandLine, InstalledServer, run_command
from tests.support.constants import FIREFOX, IPHONE

MY_SESSIONS = "{ mySessions { id device isCurrent } }"
REVOKE_SESSION = "mutation($id: ID!) { revokeSession(sessionId: $id) { session { state } errors { __typename } } }"
ANA = "ana@example.com"


def leaf_commands(group: click.Group, *words: str) -> Iterator[tuple[str, ...]]:
    """The words of each command that is no group."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaf_commands(command, *words, name)
        else:
            yield (*words, name)


def test_two_devices_and_every_command(
    case: Case, installed: Environment, new_database_url: str, tmp_path: Path
) -> None:
    migrated = run_command(installed, tmp_path, "migrate", DATABASE_URL=new_database_url)
    assert (migrated.code, migrated.out) == (0, "The database is up to date.\n"), migrated
    workers = "2" if case.engine == "postgresql" else "1"
    with InstalledServer(installed, new_database_url, tmp_path, WORKERS=workers) as server:
        session_id = sign_out_one_of_two_devices(server)
    with CommandLine(installed, new_database_url, tmp_path) as command_line:
        run_every_command(command_line, tmp_path, session_id)
        known = set(leaf_commands(commands))
        assert {*command_line.commands_run, ("migrate",), ("serve",)} == known, "a new command is not run here"


def sign_out_one_of_two_devices(server: InstalledServer) -> str:
    """Register on one device, log in on another, revoke that one. Returns the ID of the session that is left."""
    laptop = server.device(FIREFOX).register(ANA)
    phone = server.device(IPHONE).log_in(ANA)
    assert [(each["device"], each["isCurrent"]) for each in laptop.get(MY_SESSIONS)["mySessions"]] == [
        ("Safari on iPhone", False),
        ("Firefox on Ubuntu", True),
    ]
    assert laptop.get(REVOKE_SESSION, id=phone.session_id)["revokeSession"] == {
        "session": {"state": "REVOKED"},
        "errors": [],
    }
    assert phone.code(MY_SESSIONS) == "UNAUTHENTICATED"
    assert phone.refresh()["errors"] != []
    assert [each["id"] for each in laptop.get(MY_SESSIONS)["mySessions"]] == [laptop.session_id]
    return laptop.session_id


def run_every_command(command_line: CommandLine, folder: Path, session_id: str) -> None:
    """Run each command but `migrate` and `serve`, on a database with one user who has one session."""
    run = command_line.run
    assert "type Query" in run("export-schema")
    assert "type Query" in run("export-schema", "--services")
    assert "SESSIONQL_DATABASE_URL" in run("export-settings")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "app.json").write_text(json.dumps({"me": "query Me { me { id } }"}))
    assert run("check-documents", str(documents)) == "1 documents for users, 0 for services.\n"
    assert "Deleted 0 sessions" in run("prune")

    assert run("keys list").count("EdDSA") == 1
    run("keys rotate")
    assert run("keys list").count("EdDSA") == 2
    run("keys rotate-refresh-secret", "--yes")

    run("service-keys create", "Reports", "--scope", "introspect")
    key_id = run("service-keys list").split()[0]
    assert "Reports" in run("service-keys revoke", key_id)

    assert run("users create", "bo@example.com").startswith("sqlp_")
    assert run("users reset-password", "bo@example.com").startswith("sqlp_")
    ana = ("--email", ANA)
    assert f"email: {ANA}" in run("users show", *ana)
    assert session_id in run("users sessions", *ana)
    assert "revoked" in run("users revoke", *ana, "--session", session_id)
    assert "Revoked 0 sessions" in run("users revoke-every-session", "--yes")
    assert "disabled" in run("users disable", *ana)
    assert "enabled" in run("users enable", *ana)
    assert "Deleted" in run("users delete", *ana, "--yes")
    assert "command line" in run("audit-log")
