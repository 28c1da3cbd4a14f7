"""HTTP status codes: the newer media type tells with them what went wrong; the older one says 200."""

import httpx
import pytest

from tests.graphql_server.plain import GRAPHQL_JSON, JSON

NEW, OLD = {"Accept": GRAPHQL_JSON}, {"Accept": JSON}
NOT_EXECUTED = {
    "{": "GRAPHQL_PARSE_FAILED",
    "{ nope }": "GRAPHQL_VALIDATION_FAILED",
    "query A { hello } query B { hello }": "BAD_USER_INPUT",
    "fragment F on Query { hello }": "GRAPHQL_VALIDATION_FAILED",
    "query($n: Int!) { double(n: $n) }": "BAD_USER_INPUT",
}


@pytest.mark.parametrize("query", NOT_EXECUTED)
async def test_what_was_not_executed_is_400_in_the_newer_type(client: httpx.AsyncClient, query: str) -> None:
    new = await client.post("/graphql", json={"query": query}, headers=NEW)
    old = await client.post("/graphql", json={"query": query}, headers=OLD)
    assert (new.status_code, old.status_code) == (400, 200)
    assert new.json() == old.json()
    assert "data" not in new.json(), "nothing was executed"
    assert new.json()["errors"][0]["extensions"]["code"] == NOT_EXECUTED[query]


@pytest.mark.parametrize("headers", [NEW, OLD])
async def test_what_was_executed_is_200(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    for query in ("{ hello later }", "{ hello refused }"):
        response = await client.post("/graphql", json={"query": query}, headers=headers)
        assert response.status_code == 200
        assert response.json()["data"]["hello"] == "world"


@pytest.mark.parametrize("headers", [NEW, OLD])
async def test_what_is_no_request_is_400_in_both(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.post("/graphql", json=5, headers=headers)).status_code == 400


@pytest.mark.parametrize("headers", [NEW, OLD])
async def test_a_fault_keeps_its_status_in_both(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    for query, status in (("{ hello away }", 503), ("{ hello boom }", 500), ("{ refused away hello }", 503)):
        response = await client.post("/graphql", json={"query": query}, headers=headers)
        assert response.status_code == status
        assert response.json()["data"]["hello"] == "world"


async def test_an_unknown_operation_name_is_explained(client: httpx.AsyncClient) -> None:
    body = {"query": "query A { hello }", "operationName": "B"}
    response = await client.post("/graphql", json=body, headers=NEW)
    assert response.status_code == 400
    assert "operationName" in response.json()["errors"][0]["message"]


async def test_errors_point_at_the_place_in_the_document(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ hello\n  nope }"}, headers=NEW)
    assert response.json()["errors"][0]["locations"] == [{"line": 2, "column": 3}]
