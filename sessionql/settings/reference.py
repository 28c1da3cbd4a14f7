"""`docs/settings.md`, made from the settings themselves so that it cannot lie."""

from datetime import timedelta
from typing import Any

from pydantic.fields import FieldInfo

from sessionql.settings.connections import ConnectionSettings
from sessionql.settings.durations import format_duration
from sessionql.settings.settings import PREFIX, Settings

_HEAD = """# Settings

Set them as environment variables, or in a file `.env` in the folder the server starts in.
Durations are written like `90s`, `5m`, `1h` or `30d`. A variable that begins with `SESSIONQL_`
and is no setting stops the start, so that a typing mistake never passes in silence.

This page is made by `sessionql export-settings`.

| variable | default | what it does |
| --- | --- | --- |
"""


def settings_reference() -> str:
    """The page as Markdown."""
    rows = (
        f"| `{PREFIX}{name.upper()}` | {_shown(field.default)} | {field.description} |" for name, field in _in_order()
    )
    return _HEAD + "\n".join(rows) + "\n"


def _in_order() -> list[tuple[str, FieldInfo]]:
    """The limits last, though a base class has its fields first: few people ever change them."""
    return sorted(Settings.model_fields.items(), key=lambda each: each[0] in ConnectionSettings.model_fields)


def _shown(value: Any) -> str:
    if value in (None, "", ()):
        return ""
    if isinstance(value, timedelta):
        return f"`{format_duration(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
