"""`docs/settings.md` is generated from the settings, so that it is correct."""

from pathlib import Path

import pytest

from sessionql.settings.durations import parse_duration
from sessionql.settings.reference import settings_reference
from sessionql.settings.settings import Settings

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_reference(), "run `sessionql export-settings docs/settings.md`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_a_row(name: str) -> None:
    (row,) = [line for line in settings_reference().splitlines() if line.startswith(f"| `SESSIONQL_{name.upper()}` |")]
    assert len(row.replace("\\|", "").split(" | ")) == 3
    assert (Settings.model_fields[name].description or "missing") in row


def test_defaults_are_written_as_in_the_environment() -> None:
    rows = dict(line.split(" | ")[:2] for line in settings_reference().splitlines() if line.startswith("| `"))
    shown = rows["| `SESSIONQL_ACCESS_TOKEN_LIFETIME`"].strip("`")
    assert parse_duration(shown) == Settings.model_fields["access_token_lifetime"].default
    assert rows["| `SESSIONQL_COOKIE_SECURE`"] == "`true`"
    assert rows["| `SESSIONQL_MODE`"] == "`production`"
    assert rows["| `SESSIONQL_KEYS_FILE`"] == ""


def test_no_default_is_a_secret() -> None:
    assert "| `SESSIONQL_ACCESS_TOKEN_SECRET` |  |" in settings_reference()
