"""What clients make of our SDL: types that a strict compiler takes, and that find mistakes before anything runs."""

import re

import pytest

from tests.contracts.workshop import ROOT, Workshop

EXAMPLE = ROOT / "graphql_examples/typescript"

pytestmark = pytest.mark.node


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_the_generated_types_are_those_of_the_schema(workshop: Workshop) -> None:
    assert workshop.outcome("codegen").code == 0, workshop.outcome("codegen")
    made = sorted((workshop.folder / "graphql_examples/typescript/generated").iterdir())
    kept = {path.name: path.read_text() for path in (EXAMPLE / "generated").iterdir()}
    assert {path.name: path.read_text() for path in made} == kept, "run `make generate`"


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_a_strict_compiler_takes_the_example_as_it_stands(workshop: Workshop) -> None:
    assert workshop.outcome("tsc of a reader").out == ""
    assert workshop.outcome("tsc of a reader").code == 0


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_a_strict_compiler_takes_every_client(workshop: Workshop) -> None:
    assert workshop.outcome("tsc").out == ""
    assert workshop.outcome("tsc").code == 0


@pytest.mark.contract("gql.tada")
def test_misspelt_operations_are_found(workshop: Workshop) -> None:
    """The file of mistakes has them, as `tsc` expects; and no other file has any."""
    said = workshop.outcome("gql.tada check").out
    assert re.findall(r"(\w+)\.ts\b", said) == ["mistakes"], said
    assert 'Cannot query field "divice"' in said
    assert 'Variable "$first" of type "Int!" used in position expecting type "ID!"' in said
