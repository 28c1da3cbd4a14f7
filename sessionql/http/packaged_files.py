"""Finds the static files of installed packages, without importing the packages."""

from importlib.util import find_spec
from pathlib import Path


def package_folder(package: str) -> Path:
    """The folder of an installed package. Raises RuntimeError when it is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"The files of {package} are missing: pip install {package.replace('_', '-')}")
    return Path(spec.submodule_search_locations[0])
