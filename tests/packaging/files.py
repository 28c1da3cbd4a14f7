"""The files of the import name in this checkout, through the links in `sessionql/`."""

import os
from collections.abc import Iterator
from pathlib import Path

from tests.packaging.builds import ROOT

# Programs and pages to copy from the repository.
_NOT_INSTALLED = tuple(f"sessionql/graphql_examples/{folder}/" for folder in ("python", "typescript", "component"))


def installed_files() -> Iterator[Path]:
    """The paths that the wheel must contain, relative to the checkout."""
    for folder, _, names in os.walk(ROOT / "sessionql", followlinks=True):
        for name in names:
            path = Path(folder, name).relative_to(ROOT)
            if "__pycache__" not in path.parts and not path.as_posix().startswith(_NOT_INSTALLED):
                yield path
