"""Pin every dependency with its hashes, for all Pythons served. The lock files hold no address."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
COMPILE = ["uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--upgrade"]
BARE = ["--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header"]
PYTHON = ["--python-version", "3.11"]


def compile_(source: list[str], target: Path) -> None:
    """Write the lock of these sources."""
    subprocess.run(
        [str(Path(sys.executable).parent / COMPILE[0]), *COMPILE[1:], *BARE, *PYTHON, *source, "-o", str(target)],
        cwd=HERE.parent,
        check=True,
    )
    if "://" in target.read_text():
        raise SystemExit(f"{target} holds an address")


compile_(["pyproject.toml", "--group", "build"], HERE / "app.lock")
compile_(["pyproject.toml", "--group", "build", "--group", "dev", "-c", "requirements/app.lock"], HERE / "dev.lock")
compile_(["requirements/codegen.in"], HERE / "codegen.lock")
compile_(["requirements/gql3.in"], HERE / "gql3.lock")
