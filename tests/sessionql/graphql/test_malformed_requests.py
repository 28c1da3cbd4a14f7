"""Malformed and hostile requests to the whole application, on both engines."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.graphql_server.corpus import BODIES, CALLED, DOCUMENTS, ODD, QUERY_STRINGS, error_of
from tests.schema.graphql_client import GraphQLClient

NEWER = {"Accept": "application/graphql-response+json"}
pytestmark = pytest.mark.usefixtures("cheap_hashing")

SEND_JSON = {"Content-Type": "application/json", **NEWER}
ONCE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


def rejection(response: httpx.Response) -> tuple[str, str]:
    return error_of(response.status_code, response.headers["content-type"], response.json())


async def test_malformed_bodies_are_rejected(http: httpx.AsyncClient) -> None:
    for body in BODIES.values():
        rejection(await http.post("/graphql", content=body, headers=SEND_JSON))


async def test_malformed_query_strings_are_rejected(http: httpx.AsyncClient) -> None:
    for text in QUERY_STRINGS.values():
        rejection(await http.get(httpx.URL("http://sessionql.test/graphql", query=text), headers=NEWER))


async def test_unusual_requests_are_executed(http: httpx.AsyncClient) -> None:
    for body in ODD.values():
        response = await http.post("/graphql", content=body, headers=SEND_JSON)
        assert response.json() == {"data": {"__typename": "Query"}}


async def test_missing_documents_are_rejected(http: httpx.AsyncClient) -> None:
    for body in CALLED.values():
        assert rejection(await http.post("/graphql", json=body, headers=NEWER))[1] == "DOCUMENT_NOT_FOUND"


async def test_documents_that_cannot_be_executed_are_rejected(http: httpx.AsyncClient) -> None:
    for document in DOCUMENTS.values():
        response = await http.post("/graphql", json={"query": document}, headers=NEWER)
        rejection(response)


async def test_a_body_that_is_too_large_is_rejected(http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", content=b" " * (256 * 1024 + 1), headers=SEND_JSON)
    assert rejection(response)[1] == "CONTENT_TOO_LARGE"


DEEP = {
    "lists in lists": (
        "{ mySessions { events(first: 1) { nodes",
        "{ session { events(first: 1) { nodes",
        "} } }",
        "} } }",
    ),
    "edges": ("{ mySessions { events { edges", "{ node { actor { events { edges", "} } } }", "} } }"),
    "one object": ("{ me { currentSession", "{ events(first: 1) { nodes { actor", "} } }", "} }"),
}


@pytest.mark.parametrize("name", DEEP)
async def test_no_depth_causes_a_server_error(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """A document that is parsed must also be executed, and its result written as JSON."""
    head, level, tail, end = DEEP[name]
    ana = await GraphQLClient(http).register("ana@example.com")
    for levels in (1, 20, 40, 48, 49, 50, *range(60, 68), 400):
        response = await ana.send(head + level * levels + "{ __typename }" + tail * levels + end)
        assert response.headers["content-type"].startswith("application/json"), (levels, response.text)
        answer = response.json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes <= {"TOO_MANY_TOKENS", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_DEEP", "QUERY_TOO_COSTLY"}, levels
        assert codes or "SecurityEvent" in response.text or "Session" in response.text
    assert caplog.records == []


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_short_document_cannot_have_a_huge_response(http: httpx.AsyncClient) -> None:
    """Nested lists multiply: with three events for each session, each level has three times as many objects."""
    ana = await GraphQLClient(http).register("ana@example.com")
    for name in ("One", "Two"):
        query = "mutation($i: RenameSessionInput!) { renameSession(input: $i) { errors { __typename } } }"
        await ana.get(query, i={"sessionId": ana.session_id, "name": name})
    head, level, tail, end = DEEP["lists in lists"]
    document = (head + level * 8 + "{ __typename }" + tail * 8 + end).replace("(first: 1)", "")
    response = await ana.send(document)
    assert response.text.count("__typename") <= 10_000, "the document has 300 characters; twenty levels would take days"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
OPERATIONS = [
    "query($a: ID!) { session(id: $a) { id } }",
    "query($a: [ID!]!) { nodes(ids: $a) { id } }",
    "query($a: SessionFilter) { me { sessions(filter: $a) { totalCount nodes { id } } } }",
    "query($a: SessionOrder) { me { sessions(orderBy: $a) { nodes { id } } } }",
    "query($a: String) { me { sessions(after: $a) { nodes { id } } securityEvents(before: $a) { nodes { id } } } }",
    "query($a: Int) { me { sessions(last: $a) { nodes { id } } } }",
    "mutation($a: RegisterInput!) { register(input: $a) { errors { __typename } } }",
    "mutation($a: LoginInput!) { login(input: $a) { errors { __typename } } }",
    "mutation($a: RefreshInput!) { refresh(input: $a) { errors { __typename } } }",
    "mutation($a: RenameSessionInput!) { renameSession(input: $a) { errors { __typename } } }",
]
fitting = {
    "ID!": st.text(),
    "[ID!]!": st.lists(st.text(), max_size=5),
    "SessionFilter": st.fixed_dictionaries({}, optional={"search": st.text(), "inactiveSince": st.text()}),
    "SessionOrder": st.fixed_dictionaries({}, optional={"field": st.sampled_from(["CREATED_AT", ""])}),
    "String": st.text(),
    "Int": st.integers(),
    "RegisterInput!": st.fixed_dictionaries({"email": st.text() | st.emails(), "password": st.text(max_size=20)}),
    "LoginInput!": st.fixed_dictionaries({"email": st.text() | st.emails(), "password": st.text(max_size=20)}),
    "RefreshInput!": st.fixed_dictionaries({"refreshToken": st.text()}),
    "RenameSessionInput!": st.fixed_dictionaries({"sessionId": st.text(), "name": st.text()}),
}


def with_variables(operation: str) -> st.SearchStrategy[tuple[str, Any]]:
    type_ = operation.partition(": ")[2].partition(")")[0]
    return st.tuples(st.just(operation), json_values | fitting[type_])


async def test_random_variables_are_rejected_without_a_server_error(http: httpx.AsyncClient) -> None:
    ana = await GraphQLClient(http).register("ana@example.com")
    tried: list[tuple[str, Any]] = []

    @ONCE
    @given(st.sampled_from(OPERATIONS).flatmap(with_variables))
    def collect(case: tuple[str, Any]) -> None:
        tried.append(case)

    collect()
    assert len(tried) >= 50
    for query, value in tried:
        body = json.dumps({"query": query, "variables": {"a": value}}).encode()
        headers = {**SEND_JSON, "Authorization": f"Bearer {ana.token}"}
        response = await http.post("/graphql", content=body, headers=headers)
        assert response.status_code < 500, (query, value, response.text)
        codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
        assert "INTERNAL_SERVER_ERROR" not in codes
