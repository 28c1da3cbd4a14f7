"""For any input, the response is JSON that describes the problem, and never a server error."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from tests.graphql_server.corpus import BODIES, CALLED, DOCUMENTS, ODD, QUERY_STRINGS, error_of
from tests.graphql_server.minimal_schema import GRAPHQL_JSON, JSON, MinimalServer

PLAIN = MinimalServer()
CODES = {"BAD_REQUEST", "BATCHES_NOT_SUPPORTED", "CONTENT_TOO_LARGE"}
WRONG = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"}
LIMITS = {
    "DOCUMENT_TOO_LONG",
    "TOO_MANY_TOKENS",
    "QUERY_TOO_DEEP",
    "TOO_MANY_ROOT_FIELDS",
    "TOO_MANY_ALIASES",
    "TOO_MANY_DIRECTIVES",
    "TOO_MANY_COMPARISONS",
}
REJECTIONS = WRONG | LIMITS


async def answered(body: bytes, method: str = "POST", query_string: bytes = b"") -> tuple[int, str, Any]:
    """Status, media type and body of the response. No HTTP client could correct the request."""
    headers = [(b"content-type", b"application/json"), (b"accept", GRAPHQL_JSON.encode())]
    scope = {"type": "http", "method": method, "path": "/", "headers": headers, "query_string": query_string}
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return messages.pop()

    response = await PLAIN.endpoint(Request(scope, receive))
    return response.status_code, response.headers["content-type"], json.loads(bytes(response.body))


@pytest.mark.parametrize("name", BODIES)
async def test_a_malformed_body_is_rejected(name: str) -> None:
    assert error_of(*await answered(BODIES[name]))[1] in CODES


@pytest.mark.parametrize("name", QUERY_STRINGS)
async def test_a_malformed_query_string_is_rejected(name: str) -> None:
    assert error_of(*await answered(b"", "GET", QUERY_STRINGS[name]))[1] in CODES


@pytest.mark.parametrize("name", ODD)
async def test_an_unusual_request_is_executed(name: str) -> None:
    status, _, body = await answered(ODD[name])
    assert (status, body) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize("name", CALLED)
async def test_a_missing_document_has_its_own_error(name: str) -> None:
    message, code = error_of(*await answered(json.dumps(CALLED[name]).encode()))
    assert code == "DOCUMENT_NOT_FOUND"
    assert "query" in message


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_that_cannot_be_executed_is_rejected(name: str) -> None:
    _, code = error_of(*await answered(json.dumps({"query": DOCUMENTS[name]}).encode()))
    assert code in REJECTIONS


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($n: Int) { double(n: $n) }", {"n": "1"}),
        ("query($n: Int) { double(n: $n) }", {"n": 2**31}),
        ("query($n: Int) { double(n: $n) }", {"n": 1.5}),
        ("query($n: Int) { double(n: $n) }", {"n": [1]}),
        ("query($n: Int!) { double(n: $n) }", {}),
        ("query($n: Int!) { double(n: $n) }", {"n": None}),
        ("query($t: String!) { echo(text: $t) }", {"t": 1}),
        ("query($t: String!) { echo(text: $t) }", {"t": {"a": 1}}),
        ("query($t: [String]) { ids(of: $t) }", {"t": [[["a"]]]}),
        ("query($t: [String]) { ids(of: $t) }", {"t": json.loads("[" * 900 + "]" * 900)}),
        ("query($b: Boolean = true) { hello @skip(if: $b) }", {"b": None}),
    ],
)
async def test_invalid_variables_are_rejected(query: str, variables: Any) -> None:
    body = json.dumps({"query": query, "variables": variables}).encode()
    assert error_of(*await answered(body))[1] == "BAD_USER_INPUT"


async def test_null_for_an_argument_with_a_default_is_a_client_error() -> None:
    body = {"query": "query($t: String) { echo(text: $t) }", "variables": {"t": None}}
    status, _, answer = await answered(json.dumps(body).encode())
    assert (status, answer["data"]) == (200, {"echo": None})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "text" in answer["errors"][0]["message"]


@given(st.binary(max_size=300) | st.sampled_from(list(BODIES.values())).map(lambda body: body[:200]))
def test_random_bytes_are_rejected(body: bytes) -> None:
    status, _, answer = asyncio.run(answered(body))
    assert status < 500
    assert "errors" in answer or "data" in answer


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["{ hello }", "{ boom"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
persisted = st.fixed_dictionaries(
    {}, optional={"version": st.just(1) | json_values, "sha256Hash": st.text() | json_values}
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "query": st.sampled_from(["{ hello }", "query A($t: String!, $n: Int) { echo(text: $t) double(n: $n) }"])
        | json_values,
        "variables": st.fixed_dictionaries({}, optional={"t": json_values, "n": json_values}) | json_values,
        "operationName": st.sampled_from(["A", "B"]) | json_values,
        "documentId": json_values,
        "extensions": st.fixed_dictionaries({"persistedQuery": persisted | json_values}) | json_values,
    },
)


@given(json_values | requests)
def test_random_json_is_rejected(value: Any) -> None:
    status, _, answer = asyncio.run(answered(json.dumps(value).encode()))
    assert status < 500, answer
    assert "errors" in answer or "data" in answer


@given(st.binary(max_size=100) | st.text(alphabet='query=variablesdocumentId{}[]&;%+"$', max_size=60).map(str.encode))
def test_random_query_strings_are_rejected(text: bytes) -> None:
    status, _, answer = asyncio.run(answered(b"", "GET", text))
    assert status < 500
    assert "errors" in answer or "data" in answer


async def test_a_client_that_disconnects_while_it_sends_causes_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")]}
    response = await PLAIN.endpoint(Request(scope, receive))
    assert response.status_code == 400
    assert caplog.records == []


async def test_the_same_corpus_through_a_whole_server(client: httpx.AsyncClient) -> None:
    for body in BODIES.values():
        response = await client.post("/graphql", content=body, headers={"Content-Type": JSON})
        error_of(response.status_code, response.headers["content-type"], response.json())
