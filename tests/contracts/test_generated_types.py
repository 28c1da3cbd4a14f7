"""Generated TypeScript: accepted by a strict compiler, and finds mistakes before a program runs."""

import re

import pytest

from tests.contracts.build_workspace import ROOT, BuildWorkspace

EXAMPLE = ROOT / "graphql_examples/typescript"

pytestmark = pytest.mark.node


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_the_generated_types_are_those_of_the_schema(workspace: BuildWorkspace) -> None:
    assert workspace.outcome("codegen").code == 0, workspace.outcome("codegen")
    made = sorted((workspace.folder / "graphql_examples/typescript/generated").iterdir())
    kept = {path.name: path.read_text() for path in (EXAMPLE / "generated").iterdir()}
    assert {path.name: path.read_text() for path in made} == kept, "run `make generate`"


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_a_strict_compiler_accepts_the_example_unchanged(workspace: BuildWorkspace) -> None:
    assert workspace.outcome("tsc of a reader").out == ""
    assert workspace.outcome("tsc of a reader").code == 0


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_a_strict_compiler_accepts_every_client(workspace: BuildWorkspace) -> None:
    assert workspace.outcome("tsc").out == ""
    assert workspace.outcome("tsc").code == 0


@pytest.mark.contract("gql.tada")
def test_misspelt_operations_are_found(workspace: BuildWorkspace) -> None:
    """All mistakes are in the file of mistakes, where `tsc` expects them."""
    output = workspace.outcome("gql.tada check").out
    assert re.findall(r"(\w+)\.ts\b", output) == ["mistakes"], output
    assert 'Cannot query field "divice"' in output
    assert 'Variable "$first" of type "Int!" used in position expecting type "ID!"' in output
