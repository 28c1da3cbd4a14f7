"""The limits of the settings are the limits of the server."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from graphql import parse

from sessionql.graphql.limits import document_limits
from sessionql.graphql_server.documents.validation import Documents
from sessionql.graphql_server.limits.cost import Costs
from sessionql.resolvers.values import paging
from sessionql.schema.build import graphql_schema
from sessionql.settings.settings import Settings
from tests.schema.graphql_client import GraphQLClient
from tests.schema.service_keys import service_client

TIGHT: dict[str, Any] = {"max_aliases": 1, "max_directives": 0, "max_tokens": 48, "max_list_size": 20}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database_url, **TIGHT)


@pytest.mark.usefixtures("cheap_hashing")
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_limits_of_the_settings_are_applied(http: Any) -> None:
    client = GraphQLClient(http)
    for query, code in (
        ("{ a: __typename b: __typename }", "TOO_MANY_ALIASES"),
        ("{ __typename @skip(if: true) }", "TOO_MANY_DIRECTIVES"),
        ("{" + " __typename" * 50 + "}", "TOO_MANY_TOKENS"),
    ):
        assert await client.code(query) == code
    ana = await client.register("ana@example.com")
    for query in (
        "{ me { sessions(first: %d) { nodes { id } } } }",
        "{ me { securityEvents(last: %d) { nodes { id } } } }",
        "{ mySessions { events(first: %d) { nodes { id } } } }",
    ):
        assert await ana.code(query % 21) == "LIST_TOO_LONG"
        assert await ana.get(query % 20)
    ids = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert await ana.code(ids, ids=["x"] * 21) == "LIST_TOO_LONG"
    assert await ana.get(ids, ids=["x"] * 20) == {"nodes": [None] * 20}
    assert await client.get("{ a: __typename }") == {"a": "Query"}


@pytest.mark.usefixtures("cheap_hashing")
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_pages_of_operators_have_the_same_limit(app: FastAPI, http: httpx.AsyncClient) -> None:
    shop = await service_client(app, http)
    assert await shop.code("{ adminActions(first: 21) { id } }") == "LIST_TOO_LONG"
    assert await shop.get("{ adminActions(first: 20) { id } }") == {"adminActions": []}


async def test_larger_lists_cost_more(tmp_path: Path) -> None:
    """A page whose size is a variable has the cost of the maximum size."""
    wide = document_limits(Settings(data_dir=tmp_path, max_list_size=1_000, max_cost=1_000))
    query = "query($n: Int) { me { sessions(first: $n) { nodes { id } } } }"
    for limits, outcome in ((wide, "QUERY_TOO_COSTLY"), (replace(wide, list_size=100), "")):
        documents = Documents(graphql_schema, limits, max_documents=1, max_characters=1)
        assert documents.get(query).code == outcome


def test_the_cost_of_a_page_without_a_size_follows_the_default_page_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = parse("{ me { sessions { nodes { id } } } }")
    for size in (20, 50):
        monkeypatch.setattr(paging, "DEFAULT_PAGE_SIZE", size)
        limits = document_limits(Settings(data_dir=tmp_path))
        assert Costs(graphql_schema, limits).of(document).fields == 1 + 1 + size * 2
