"""No other package provides the import name of SessionQL. What the wheel installs: tests/packaging/test_wheel.py."""

from importlib.metadata import packages_distributions


def test_no_other_package_provides_our_import_name() -> None:
    assert set(packages_distributions().get("sessionql", [])) <= {"sessionql"}
