"""Write the lock files: every package pinned, with its hashes, for Python 3.11 to 3.13. They contain no address.

app.lock             what SessionQL needs to run: for production
pages.lock           the same, and the files of GraphiQL and Swagger UI: for `make serve`
build.lock           what builds and installs SessionQL itself
dev.lock             all of these, and what the tests need
lowest.lock          what SessionQL needs to run, in the lowest versions that pyproject.toml allows
audit.lock           the tools of `make audit`
codegen.lock         the generator of the Python client
other_packages.lock  packages that the tests install beside SessionQL
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
UV = str(Path(sys.executable).parent / "uv")
COMPILE = [UV, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--upgrade", "--python-version", "3.11"]
BARE = ["--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header"]
PAGES = ["--extra", "pages"]
BUILD = ["--group", "build"]


def lock(name: str, *source: str, same_versions_as: str | None = None) -> None:
    """Write the lock file `name` from these sources."""
    target = HERE / f"{name}.lock"
    constraints = [] if same_versions_as is None else ["--constraints", str(HERE / f"{same_versions_as}.lock")]
    command = [*COMPILE, *BARE, *constraints, *source, "--output-file", str(target)]
    subprocess.run(command, cwd=HERE.parent, check=True)
    if "://" in target.read_text():
        raise SystemExit(f"{target} contains an address")


lock("app", "pyproject.toml")
lock("pages", "pyproject.toml", *PAGES, same_versions_as="app")
lock("build", *BUILD, same_versions_as="pages")
lock("dev", "pyproject.toml", *PAGES, *BUILD, "--group", "dev", same_versions_as="pages")
lock("lowest", "pyproject.toml", *PAGES, "--resolution", "lowest-direct")
lock("audit", "requirements/audit.in")
lock("codegen", "requirements/codegen.in")
lock("gql3", "requirements/gql3.in")
lock("other_packages", "requirements/other_packages.in")
