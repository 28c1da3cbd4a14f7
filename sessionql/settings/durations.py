"""Durations in the settings: `90s`, `5m`, `1h`, `30d`, or a number of seconds."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

MAX_DURATION = timedelta(days=36_500)
"""So that adding it to the current time, or subtracting it, does not overflow `datetime`."""

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def parse_duration(value: Any) -> timedelta:
    """The duration in a text. Raises ValueError for any other text."""
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d{1,9})\s*([smhd]?)", str(value).strip())
    if match is None:
        raise ValueError("write a duration like 90s, 5m, 1h or 30d")
    seconds = int(match[1]) * _UNITS[match[2] or "s"]
    if seconds > MAX_DURATION.total_seconds():
        raise ValueError(f"at most {MAX_DURATION.days}d, which is a century")
    return timedelta(seconds=seconds)


def format_duration(value: timedelta) -> str:
    """The duration in the largest unit that divides it."""
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
