"""HTTP status codes, by profile and media type."""

import json
from itertools import product
from typing import Any

import httpx
import pytest

from sessionql.graphql_server.http.statuses import HttpProfile, status_of
from sessionql.graphql_server.outcome import Outcome
from tests.graphql_server.minimal_schema import GRAPHQL_JSON, JSON, MinimalServer

NEW, OLD = {"Accept": GRAPHQL_JSON}, {"Accept": JSON}
AUDITED, DRAFT = HttpProfile.AUDITED, HttpProfile.DRAFT
COLUMNS: list[tuple[HttpProfile, str]] = list(product((AUDITED, DRAFT), (GRAPHQL_JSON, JSON)))

# The request, and its status in each column: audited newer, audited older, draft newer, draft older.
STATUSES: dict[str, tuple[Any, tuple[int, int, int, int]]] = {
    "no JSON": (b"{", (400, 400, 400, 400)),
    "no query": (b'{"qeury": "{ hello }"}', (400, 400, 422, 422)),
    "no object": (b"5", (400, 400, 422, 422)),
    "a batch": (b'[{"query": "{ hello }"}]', (400, 400, 422, 422)),
    "variables of the wrong shape": (b'{"query": "{ hello }", "variables": [7]}', (400, 400, 422, 422)),
    "no GraphQL": ({"query": "{"}, (400, 200, 400, 400)),
    "not valid": ({"query": "{ nope }"}, (400, 200, 422, 422)),
    "too long": ({"query": "{ hello }".ljust(40_000)}, (400, 200, 422, 422)),
    "too many tokens": ({"query": "{" + "hello " * 2_000 + "}"}, (400, 200, 422, 422)),
    "no fragment alone": ({"query": "fragment F on Query { hello }"}, (400, 200, 422, 422)),
    "which operation": ({"query": "query A { hello } query B { hello }"}, (400, 200, 422, 422)),
    "no such operation": ({"query": "query A { hello }", "operationName": "B"}, (400, 200, 422, 422)),
    "a variable is missing": ({"query": "query($n: Int!) { double(n: $n) }"}, (400, 200, 422, 422)),
    "all went well": ({"query": "{ hello later }"}, (200, 200, 200, 200)),
    "a part went well": ({"query": "{ hello rejected }"}, (200, 200, 294, 200)),
    "a part was away": ({"query": "{ hello away }"}, (200, 200, 294, 200)),
    "nothing may be seen": ({"query": "{ hello surelyRefused }"}, (200, 200, 294, 200)),
    "nothing is there": ({"query": "{ hello surelyAway }"}, (503, 503, 294, 200)),
    "nothing is left": ({"query": "{ hello surelyBoom }"}, (500, 500, 294, 200)),
}
CODES = {
    "no GraphQL": "GRAPHQL_PARSE_FAILED",
    "not valid": "GRAPHQL_VALIDATION_FAILED",
    "no fragment alone": "GRAPHQL_VALIDATION_FAILED",
    "which operation": "BAD_USER_INPUT",
    "no such operation": "BAD_USER_INPUT",
    "a variable is missing": "BAD_USER_INPUT",
    "no query": "BAD_REQUEST",
}


async def answered(body: Any, profile: HttpProfile, media_type: str) -> httpx.Response:
    headers = {"Accept": media_type, "Content-Type": JSON}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with MinimalServer(profile=profile).client() as client:
        return await client.post("/graphql", content=content, headers=headers)


@pytest.mark.parametrize(("profile", "media_type"), COLUMNS)
@pytest.mark.parametrize("name", STATUSES)
async def test_each_outcome_has_its_status(name: str, profile: HttpProfile, media_type: str) -> None:
    body, statuses = STATUSES[name]
    response = await answered(body, profile, media_type)
    assert response.status_code == statuses[COLUMNS.index((profile, media_type))]
    assert ("errors" in response.json()) == (name != "all went well")
    if name in CODES:
        assert response.json()["errors"][0]["extensions"]["code"] == CODES[name]


@pytest.mark.parametrize("name", STATUSES)
async def test_only_the_status_differs(name: str) -> None:
    """Also the message of an unexpected error, which has its id in the log."""
    bodies = [(await answered(STATUSES[name][0], *column)).json() for column in COLUMNS]
    for body in bodies:
        for error in body.get("errors", ()):
            error.pop("message")
    assert bodies == [bodies[0]] * len(COLUMNS)


@pytest.mark.parametrize("profile", HttpProfile)
async def test_data_is_never_an_http_error(profile: HttpProfile) -> None:
    """Both versions of the specification require it: a client that checks the status first would lose the data."""
    for (body, _), media_type in product(STATUSES.values(), (GRAPHQL_JSON, JSON)):
        response = await answered(body, profile, media_type)
        if response.json().get("data"):
            assert response.is_success
        if "data" not in response.json() and profile is DRAFT:
            assert response.is_client_error


async def test_in_the_draft_an_error_has_the_media_type_of_graphql_for_every_accept_header() -> None:
    for (body, _), (profile, media_type) in product(STATUSES.values(), COLUMNS):
        response = await answered(body, profile, media_type)
        expected = GRAPHQL_JSON if profile is DRAFT and not response.is_success else media_type
        assert response.headers["content-type"] == f"{expected}; charset=utf-8"


@pytest.mark.parametrize("profile", HttpProfile)
async def test_statuses_that_http_defines_are_equal_in_both(profile: HttpProfile) -> None:
    async with MinimalServer(2_000, profile=profile).client() as client:
        large = await client.post("/graphql", content=b" " * 2_001, headers={"Content-Type": JSON})
        for response, status, code in (
            (await client.put("/graphql"), 405, "METHOD_NOT_ALLOWED"),
            (await client.get("/graphql", params={"query": "mutation { change }"}), 405, "METHOD_NOT_ALLOWED"),
            (await client.post("/graphql", json={}, headers={"Accept": "text/html"}), 406, "NOT_ACCEPTABLE"),
            (await client.post("/graphql", content=b"{}"), 415, "UNSUPPORTED_MEDIA_TYPE"),
            (large, 413, "CONTENT_TOO_LARGE"),
        ):
            assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, code)
            assert ("allow" in response.headers) == (status == 405)


def test_every_outcome_has_a_status_in_every_column() -> None:
    for outcome, column in product(Outcome, COLUMNS):
        assert status_of(*column, outcome, requested=503) >= 200


async def test_an_unknown_operation_name_is_explained(client: httpx.AsyncClient) -> None:
    body = {"query": "query A { hello }", "operationName": "B"}
    response = await client.post("/graphql", json=body, headers=NEW)
    assert "operationName" in response.json()["errors"][0]["message"]


async def test_errors_have_the_location_in_the_document(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ hello\n  nope }"}, headers=OLD)
    assert response.json()["errors"][0]["locations"] == [{"line": 2, "column": 3}]
