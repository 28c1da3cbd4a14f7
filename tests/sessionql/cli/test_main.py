"""The command line: help, exports, and errors of one line."""

from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from sessionql.cli.main import commands
from sessionql.resolvers.dependencies import Accounts
from sessionql.schema.build import sdl, services_sdl
from sessionql.settings.reference import settings_reference
from tests.support.cli import Result, run


def every_command() -> list[tuple[str, ...]]:
    """The words of each command and subcommand, and of none."""
    groups = {name: getattr(command, "commands", {}) for name, command in commands.commands.items()}
    return [(), *((name,) for name in groups), *((group, name) for group, names in groups.items() for name in names)]


def test_every_command_has_help() -> None:
    requested = every_command()
    assert len(requested) >= 20
    for words in requested:
        done = CliRunner().invoke(commands, [*words, "--help"])
        assert (done.exit_code, done.stderr) == (0, ""), words
        assert done.output.startswith("Usage: "), words
        lines = [line.strip() for line in done.output.splitlines() if line.strip()]
        assert len(lines) >= 3, words
        assert lines[1] != "Options:", f"{words} does not say what it does"


@pytest.mark.parametrize("words", [(), ("serve",), ("keys", "rotate")])
def test_help_creates_no_file(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(tmp_path, *words, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Usage: ")
    assert list(tmp_path.iterdir()) == []


def test_it_prints_its_version(tmp_path: Path) -> None:
    done = run(tmp_path, "--version")
    assert (done.code, version("sessionql") in done.out) == (0, True)


@pytest.mark.parametrize("words", [("frobnicate",), ("serve", "--port", "x")])
def test_an_unknown_command_is_rejected(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(tmp_path, *words)
    assert done.code == 2
    assert "Error:" in done.problem


def test_the_schema_is_written_to_a_file_or_printed(tmp_path: Path) -> None:
    printed = run(tmp_path, "export-schema")
    assert (printed.code, printed.out) == (0, sdl())
    written = run(tmp_path, "export-schema", "out.graphql")
    assert (written.code, written.out, (tmp_path / "out.graphql").read_text(encoding="utf-8")) == (0, "", sdl())


@pytest.mark.parametrize("accounts", ["open", "closed", "off"])
def test_the_schema_of_a_server_with_other_accounts_is_printed(tmp_path: Path, accounts: Accounts) -> None:
    assert run(tmp_path, "export-schema", "--accounts", accounts).out == sdl(accounts)
    assert run(tmp_path, "export-schema", "--services", "--accounts", accounts).out == services_sdl(accounts)


def test_the_settings_are_written_to_a_file_or_printed(tmp_path: Path) -> None:
    assert run(tmp_path, "export-settings").out == settings_reference()
    run(tmp_path, "export-settings", "out.md")
    assert (tmp_path / "out.md").read_text(encoding="utf-8") == settings_reference()


def test_an_unwritable_file_is_an_error_of_one_line(tmp_path: Path) -> None:
    problem = run(tmp_path, "export-schema", str(tmp_path / "no" / "such" / "folder")).problem
    assert len(problem.splitlines()) == 1
    assert "no/such/folder" in problem


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORT": "abc"}, "SESSIONQL_PORT: Input should be a valid integer"),
        ({"PROT": "1"}, "there is no setting SESSIONQL_PROT"),
        ({"WORKERS": "2"}, "postgresql://"),
        ({"ACCESS_TOKEN_ALGORITHM": "HS256", "ACCESS_TOKEN_SECRET": "keep-secret"}, "at least 32 bytes"),
        ({"ACCESS_TOKEN_ALGORITHM": "HS256", "ACCESS_TOKEN_SECRET": "keep-secret-" * 4}, "generate one with `python3"),
        ({"ACTIVITY_INTERVAL": "999999999d"}, "SESSIONQL_ACTIVITY_INTERVAL: at most 36500d"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_invalid_settings_stop_every_start_with_a_clear_error(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    problem = run(tmp_path, "serve", **settings).problem
    assert problem.startswith("sessionql: these settings cannot be used:")
    assert words in problem
    assert "keep-secret" not in problem


def test_a_settings_file_in_the_working_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SESSIONQL_PORT=abc\n")
    assert "SESSIONQL_PORT" in run(tmp_path, "keys", "list").problem


def test_pruning_with_very_long_durations_succeeds(tmp_path: Path) -> None:
    done = run(tmp_path, "prune", KEEP_EVENTS="999999d")
    assert "Traceback" not in done.err


def one_line(done: Result) -> str:
    (line,) = done.problem.splitlines()
    return line


def test_a_data_directory_that_cannot_be_created_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words in (("serve",), ("keys", "list")):
        line = one_line(run(tmp_path, *words, DATA_DIR=str(tmp_path / "file")))
        assert line.startswith("sessionql: ")
        assert str(tmp_path / "file") in line
