"""The wheel installs one import name, which no other package provides."""

from importlib.metadata import packages_distributions
from pathlib import Path
from tomllib import loads

PROJECT = loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_wheel_has_one_package() -> None:
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["sessionql"]


def test_no_other_package_provides_our_import_name() -> None:
    assert set(packages_distributions().get("sessionql", [])) <= {"sessionql"}
