"""Commands and settings that our pages name exist, and take what the pages give them."""

import re
import shlex
from pathlib import Path

import click
import pytest

from sessionql.cli.main import commands
from sessionql.settings.settings import Settings
from tests.docs.blocks import ROOT, Block, written_in

SETTING = re.compile(r"SESSIONQL_([A-Z_]+)=(\S*)")
# What others' programs do is seen to elsewhere: they are installed and run by the tests of clients and of the site.
OTHERS = {"curl", "npm", "npx", "python", "mypy", "git"}
SHELL = written_in("sh")
# A story that is run as it stands (test_start.py).
STORIES = [block for block in SHELL if "TOKEN=$(" in block.text or "LAPTOP=$(" in block.text]


def lines() -> list[tuple[Block, str]]:
    """Each command on a line of its own, without its comment."""
    found = []
    for block in SHELL:
        if block not in STORIES:
            joined = block.text.replace("\\\n", " ")
            found += [(block, " ".join(shlex.split(line, comments=True))) for line in joined.splitlines()]
    return [(block, line) for block, line in found if line]


@pytest.mark.parametrize(("block", "line"), [pytest.param(*each, id=f"{each[0]}: {each[1][:60]}") for each in lines()])
def test_a_line_can_be_copied(block: Block, line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in SETTING.findall(block.text):
        assert name.lower() in Settings.model_fields, f"{block}: no such setting"
        monkeypatch.setenv(f"SESSIONQL_{name}", value)
    Settings()
    command = [word for word in line.split() if word != "export" and not SETTING.fullmatch(word)]
    if command and Path(command[0]).name == "sessionql":
        understood(commands, command[1:])
    elif command and command[0] == "make":
        assert all(re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE) for target in command[1:])
    elif command:
        assert Path(command[0]).name in OTHERS


def understood(command: click.Command, words: list[str]) -> None:
    """Fails where the command line would; runs nothing."""
    while isinstance(command, click.Group):
        name, *words = words
        assert name in command.commands, f"there is no command {name}"
        command = command.commands[name]
    command.make_context(command.name, words)


def test_a_command_that_does_not_exist_fails() -> None:
    with pytest.raises(AssertionError):
        understood(commands, ["keys", "turn"])
    with pytest.raises(click.UsageError):
        understood(commands, ["keys", "rotate", "--twice"])
