"""Our rooms have plain names. The application lives in an environment of its own, where nobody else has them."""

from importlib.metadata import packages_distributions
from pathlib import Path
from tomllib import loads

import pytest

PROJECT = loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.mark.parametrize("name", [*PACKAGES, "tests"])
def test_nobody_else_provides_our_import_names(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"sessionql"}


def test_this_is_about_all_our_rooms() -> None:
    assert {"sessionql", "graphql_server", "schema", "resolvers", "storage", "graphql_examples"} <= set(PACKAGES)


def test_it_is_never_uploaded_where_the_names_are_taken() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]
