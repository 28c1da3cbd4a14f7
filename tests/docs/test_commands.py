"""Commands and settings in the documentation exist, with the arguments and values that it shows."""

import io
import re
import shlex
from pathlib import Path

import click
import pytest

from sessionql.cli.main import commands
from sessionql.settings.settings import Settings
from tests.docs.blocks import ROOT, Block, written_in

SETTING = re.compile(r"SESSIONQL_([A-Z_]+)=(\S*)")
# Programs of other projects: the tests of clients and of the site install and run them.
OTHER_PROGRAMS = {"curl", "npm", "npx", "python", "mypy", "git"}
SHELL = written_in("sh")
# Scripts that run as they are (test_start.py).
SCRIPTS = [block for block in SHELL if "TOKEN=$(" in block.text or "LAPTOP=$(" in block.text]


def lines() -> list[tuple[Block, str]]:
    """Each command as one line, without its comment."""
    commands_ = []
    for block in SHELL:
        if block not in SCRIPTS:
            joined = block.text.replace("\\\n", " ")
            commands_ += [(block, " ".join(shlex.split(line, comments=True))) for line in joined.splitlines()]
    return [(block, line) for block, line in commands_ if line]


@pytest.mark.parametrize(("block", "line"), [pytest.param(*each, id=f"{each[0]}: {each[1][:60]}") for each in lines()])
def test_the_command_is_valid(block: Block, line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in SETTING.findall(block.text):
        assert name.lower() in Settings.model_fields, f"{block}: no such setting"
        monkeypatch.setenv(f"SESSIONQL_{name}", value)
    Settings()
    command = [word for word in line.split() if word != "export" and not SETTING.fullmatch(word)]
    if command and Path(command[0]).name == "sessionql":
        # Some commands ask for a confirmation.
        monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
        parse(commands, command[1:])
    elif command and command[0] == "make":
        assert all(re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE) for target in command[1:])
    elif command:
        assert Path(command[0]).name in OTHER_PROGRAMS


def parse(command: click.Command, words: list[str]) -> None:
    """Parse a command line without running it. Raises AssertionError or click.UsageError when it is not valid."""
    while isinstance(command, click.Group):
        name, *words = words
        assert name in command.commands, f"there is no command {name}"
        command = command.commands[name]
    command.make_context(command.name, words)


def test_an_unknown_command_or_option_fails() -> None:
    with pytest.raises(AssertionError):
        parse(commands, ["keys", "turn"])
    with pytest.raises(click.UsageError):
        parse(commands, ["keys", "rotate", "--twice"])
