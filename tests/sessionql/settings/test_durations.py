"""Durations in settings: their format, and which lifetimes fit together."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sessionql.settings.durations import format_duration, parse_duration
from sessionql.settings.settings import Settings


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without a `.env` file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("1h", timedelta(hours=1)),
        ("30d", timedelta(days=30)),
        ("90", timedelta(seconds=90)),
        ("0", timedelta(0)),
        (" 5 m ", timedelta(minutes=5)),
        (90, timedelta(seconds=90)),
    ],
)
def test_durations_have_a_readable_format(text: Any, expected: timedelta) -> None:
    assert parse_duration(text) == expected
    assert parse_duration(format_duration(expected)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "m", "5 minutes", "5w", "-5m", "1.5h", "5m30s", "5M", "P1D", "00:05:00", "1e3", "five", "9999999999d"],
)
def test_invalid_durations_are_rejected(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SESSIONQL_KEEP_EVENTS", text)
    with pytest.raises(ValidationError, match="write a duration like 90s, 5m, 1h or 30d"):
        Settings()


def settings_from(**given: Any) -> Settings:
    """Settings from strings, like those of an environment."""
    return Settings(**given)


def rejected(words: str, **given: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(**given)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"access_token_lifetime": "0"}, "access_token_lifetime is more than 0"),
        ({"access_token_lifetime": "61m"}, "at most 1h"),
        ({"idle_timeout": "100d"}, "at most absolute_lifetime"),
        ({"absolute_lifetime": "29d"}, "at most absolute_lifetime"),
        ({"idle_timeout": "119s"}, "at least twice activity_interval"),
        ({"activity_interval": "16d"}, "at least twice activity_interval"),
    ],
)
def test_contradictory_lifetimes_are_rejected(given: dict[str, str], words: str) -> None:
    rejected(words, **given)


def test_lifetimes_at_their_limits_are_accepted() -> None:
    settings = settings_from(access_token_lifetime="1h", idle_timeout="2m", absolute_lifetime="2m")
    assert settings.lifetimes.idle == settings.lifetimes.absolute == timedelta(minutes=2)


@pytest.mark.parametrize("name", ["keep_ended", "keep_events"])
def test_very_long_durations_do_not_overflow(name: str) -> None:
    """A duration longer than the calendar would make pruning fail, and with it the shutdown of the server."""
    rejected(name, **{name: "999999d"})


def test_lifetimes_longer_than_the_calendar_are_rejected() -> None:
    rejected("", idle_timeout="900000d", absolute_lifetime="900000d")
    rejected("", activity_interval="999999999d")


def test_a_reset_that_expires_within_a_minute_is_rejected() -> None:
    rejected("password_reset_lifetime", password_reset_lifetime="59s")
    assert Settings(password_reset_lifetime=timedelta(minutes=1)).policy.password_reset_lifetime.seconds == 60


def test_a_prune_interval_of_zero_is_rejected() -> None:
    rejected("prune_interval", prune_interval="0")
