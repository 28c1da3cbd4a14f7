"""The number of SQL statements: it does not depend on the number of sessions."""

import httpx
import pytest
from fastapi import FastAPI

from sessionql.graphql_server.turns import TurnTaking
from tests.conftest import developing
from tests.schema.graphql_client import GraphQLClient, recorded_statements

LISTS = {
    "a plain list": "{ mySessions { id device events { nodes { session { id } actor { id } } totalCount } } }",
    "a connection": """{ me { sessions(first: 100) { totalCount nodes {
      events(first: 3) { edges { node { session { id device } actor { id } } } pageInfo { hasNextPage } totalCount }
    } } } }""",
    "the account's events": "{ me { securityEvents(first: 100) { nodes { session { name } actor { name } } } } }",
    "siblings": "{ a: mySessions { events { totalCount } } b: mySessions { events { totalCount } } }",
}
MAX_STATEMENTS = 9


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """An execution that pauses reads in more batches; on a busy machine, that would be any."""
    monkeypatch.setattr(TurnTaking, "seconds_left", 60)


async def statements(app: FastAPI, caller: GraphQLClient, query: str) -> list[str]:
    with recorded_statements(app.state.deps.storage.database) as recorded:
        await caller.get(query)
    return recorded


async def test_more_sessions_run_no_more_statements(app: FastAPI, http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    await GraphQLClient(http).log_in("ana@example.com")
    few = {name: await statements(app, ana, query) for name, query in LISTS.items()}
    for _ in range(8):
        await GraphQLClient(http).log_in("ana@example.com")
    for name, query in LISTS.items():
        recorded = await statements(app, ana, query)
        assert len(recorded) == len(few[name]), (name, recorded)
        assert 2 <= len(recorded) <= MAX_STATEMENTS, (name, recorded)


async def test_many_nodes_are_read_with_few_statements(
    app: FastAPI, http: httpx.AsyncClient, ana: GraphQLClient
) -> None:
    made = [await GraphQLClient(http).log_in("ana@example.com") for _ in range(9)]
    ids = '", "'.join(each.session_id for each in made)
    recorded = await statements(app, ana, f'{{ nodes(ids: ["{ids}"]) {{ id ... on Session {{ device }} }} }}')
    assert len(recorded) <= 4


async def test_the_session_of_a_request_is_read_once(app: FastAPI, ana: GraphQLClient) -> None:
    assert len(await statements(app, ana, "{ me { currentSession { id device isCurrent expiresAt } } }")) == 2
    assert len(await statements(app, ana, "{ mySessions { id } }")) == 2
    assert len(await statements(app, ana, "{ __typename }")) == 1


@developing
async def test_a_request_without_a_session_runs_no_statement(app: FastAPI, http: httpx.AsyncClient) -> None:
    assert await statements(app, GraphQLClient(http), "{ me { id } __schema { description } }") == []


async def test_page_info_runs_a_statement_only_when_it_is_selected(app: FastAPI, ana: GraphQLClient) -> None:
    plain = await statements(app, ana, "{ me { sessions(first: 1) { nodes { id } pageInfo { endCursor } } } }")
    assert len(plain) == 3, "the session, the account, the page"
