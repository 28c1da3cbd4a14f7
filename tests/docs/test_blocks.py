"""Every block of code in the documentation is covered by a test, each language in its own way."""

import json

import pytest
from graphql import parse, validate

from sessionql.resolvers.devices.client_hints import ACCEPT_CH
from sessionql.schema.build import graphql_schema, services_schema
from tests.docs.blocks import BLOCKS, Block, written_in

# The tests that run or check the blocks of a language.
COVERED_BY = {
    "graphql": "this file",
    "json": "this file",
    "sh": "test_commands.py, test_start.py",
    "js": "test_scripts.py, tests/browser/test_docs_examples.py, tests/contracts/test_trusted_documents.py",
    "ts": "tests/contracts, which compiles them",
    "python": "test_programs.py, test_readme.py",
    "html": "tests/browser/test_my_sessions_on_other_origins.py",
    "http": "this file",
}


def test_every_language_is_covered() -> None:
    assert {str(block): block.language for block in BLOCKS if block.language not in COVERED_BY} == {}


@pytest.mark.parametrize("block", written_in("graphql"), ids=str)
def test_operations_are_valid(block: Block) -> None:
    document = parse(block.text)
    assert [] in [validate(schema, document) for schema in (graphql_schema, services_schema)]


@pytest.mark.parametrize("block", written_in("json"), ids=str)
def test_json_can_be_parsed(block: Block) -> None:
    json.loads(block.text)


def test_headers_are_those_that_the_server_sends() -> None:
    (block,) = written_in("http")
    requested, allowed = block.text.splitlines()
    assert requested == f"Accept-CH: {ACCEPT_CH}"
    names = [name.strip().lower().replace("sec-", "") for name in ACCEPT_CH.split(",")]
    assert [part.partition("=")[0].strip() for part in allowed.partition(":")[2].split(",")] == names
