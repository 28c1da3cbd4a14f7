"""REST, HTTP, settings and guards do not depend on GraphQL: importing them loads no GraphQL library."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "sessionql"
WITHOUT_GRAPHQL = sorted(
    f"sessionql.{path.relative_to(FOLDER).with_suffix('').as_posix().replace('/', '.')}".removesuffix(".__init__")
    for package in ("rest", "http", "settings")
    for path in (FOLDER / package).glob("*.py")
)
LOADED = """
import importlib, json, sys
[importlib.import_module(name) for name in sys.argv[1].split(",")]
print(json.dumps([name for name in sys.modules if name.startswith(tuple(sys.argv[2:]))]))
"""
GRAPHQL = ("strawberry", "graphql", "sessionql.schema", "sessionql.graphql")


@pytest.mark.parametrize("module", ["sessionql.rest", "sessionql.app.guards"])
def test_importing_a_package_loads_no_graphql(module: str) -> None:
    assert loaded(module) == []


def test_importing_all_of_them_loads_no_graphql() -> None:
    """One process for all: each import of a module runs at least once."""
    assert len(WITHOUT_GRAPHQL) > 25
    assert loaded(",".join(WITHOUT_GRAPHQL)) == []


def loaded(modules: str) -> list[str]:
    """The modules of GraphQL that a new process has loaded after it has imported `modules`."""
    done = subprocess.run([sys.executable, "-c", LOADED, modules, *GRAPHQL], capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout)
    return names
