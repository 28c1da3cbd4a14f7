"""The limits of the settings are the limits of the server."""

from pathlib import Path
from typing import Any

import pytest

from sessionql.settings import Settings
from tests.schema.asking import Caller

TIGHT: dict[str, Any] = {"max_aliases": 1, "max_directives": 0, "max_tokens": 40}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database_url, **TIGHT)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_limits_that_were_set_are_kept(http: Any) -> None:
    anybody = Caller(http)
    for query, code in (
        ("{ a: __typename b: __typename }", "TOO_MANY_ALIASES"),
        ("{ __typename @skip(if: true) }", "TOO_MANY_DIRECTIVES"),
        ("{" + " __typename" * 50 + "}", "TOO_MANY_TOKENS"),
    ):
        assert await anybody.code(query) == code
    assert await anybody.get("{ a: __typename }") == {"a": "Query"}
