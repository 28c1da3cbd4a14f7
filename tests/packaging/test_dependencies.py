"""What pyproject.toml declares is what the code imports, and what the lock files contain."""

import ast
import sys
from importlib.metadata import packages_distributions
from tomllib import loads

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.builds import ROOT
from tests.packaging.files import installed_files

PROJECT = loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECLARED = [Requirement(text) for text in PROJECT["dependencies"]]
PAGES = [Requirement(text) for text in PROJECT["optional-dependencies"]["pages"]]
LOCKS = sorted(path.stem for path in (ROOT / "requirements").glob("*.lock"))


def locked(name: str) -> dict[str, str]:
    """The versions of a lock file, by the names of packages."""
    lines = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8").splitlines()
    pins = (Requirement(line.rstrip("\\ ")) for line in lines if line[:1].isalnum())
    return {pin.name: str(pin.specifier).removeprefix("==") for pin in pins}


def imported() -> set[str]:
    """The names of packages that the code imports: not Python's, not its own."""
    modules: set[str] = set()
    for file in (path for path in installed_files() if path.suffix == ".py"):
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                modules.add(node.module)
    return {module.partition(".")[0] for module in modules} - set(sys.stdlib_module_names) - {"sessionql"}


def test_every_imported_package_is_declared() -> None:
    providers = packages_distributions()
    needed = {canonicalize_name(providers[module][0]) for module in imported()}
    assert needed <= {canonicalize_name(each.name) for each in DECLARED}


@pytest.mark.parametrize("requirement", [*DECLARED, *PAGES], ids=lambda each: each.name)
def test_its_lowest_version_is_the_one_that_is_tested(requirement: Requirement) -> None:
    (lowest,) = [each.version for each in requirement.specifier if each.operator == ">="]
    pinned = locked("lowest")[requirement.name]
    assert Requirement(f"name=={lowest}").specifier.contains(pinned), "run `make lock`"


def test_production_installs_neither_pages_nor_a_build_backend() -> None:
    assert not set(locked("app")) & {*(each.name for each in PAGES), "flask", "hatchling", "editables"}


def test_the_lock_files_agree() -> None:
    for smaller, larger in (("app", "pages"), ("pages", "dev"), ("build", "dev")):
        assert locked(smaller).items() <= locked(larger).items(), f"{smaller} and {larger}: run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    assert "://" not in text
    entries = text.replace("\\\n", " ").splitlines()
    assert all("--hash=sha256:" in entry for entry in entries)
