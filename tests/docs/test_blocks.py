"""Every block of code on our pages is one that a test looks at, each language in its own way."""

import json

import pytest
from graphql import parse, validate

from sessionql.resolvers.devices.client_hints import ACCEPT_CH
from sessionql.schema.build import graphql_schema, services_schema
from tests.docs.blocks import BLOCKS, Block, written_in

# By whom the blocks of a language are run or checked.
SEEN_TO = {
    "graphql": "here",
    "json": "here",
    "sh": "test_commands.py, test_start.py",
    "js": "test_scripts.py, tests/browser/test_blocks_browser.py, tests/contracts/test_trusted_documents.py",
    "ts": "tests/contracts: the workspace compiles them",
    "python": "test_programs.py",
    "html": "tests/browser/test_component.py",
    "http": "here",
    "text": "nothing can be run of it",
}


def test_no_block_is_in_a_language_that_nobody_looks_at() -> None:
    assert {str(block): block.language for block in BLOCKS if block.language not in SEEN_TO} == {}


@pytest.mark.parametrize("block", written_in("graphql"), ids=str)
def test_operations_are_valid(block: Block) -> None:
    document = parse(block.text)
    assert [] in [validate(schema, document) for schema in (graphql_schema, services_schema)]


@pytest.mark.parametrize("block", written_in("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


def test_headers_are_those_that_our_own_page_sends() -> None:
    (block,) = written_in("http")
    asked, allowed = block.text.splitlines()
    assert asked == f"Accept-CH: {ACCEPT_CH}"
    names = [name.strip().lower().replace("sec-", "") for name in ACCEPT_CH.split(",")]
    assert [part.partition("=")[0].strip() for part in allowed.partition(":")[2].split(",")] == names
