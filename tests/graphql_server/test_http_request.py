"""The methods and bodies that are accepted, and the errors for others."""

import gzip

import httpx
import pytest

from tests.graphql_server.corpus import error_of
from tests.graphql_server.minimal_schema import GRAPHQL_JSON, JSON, METHODS, MinimalServer

HELLO = {"query": "{ hello }"}


def error_of_response(response: httpx.Response) -> tuple[str, str]:
    return error_of(response.status_code, response.headers["content-type"], response.json())


async def test_a_query_is_accepted_by_get_and_post(client: httpx.AsyncClient) -> None:
    by_get = await client.get("/graphql", params=HELLO)
    by_post = await client.post("/graphql", json=HELLO)
    assert by_get.json() == by_post.json() == {"data": {"hello": "world"}}


async def test_variables_and_operation_name_are_accepted_by_get_too(client: httpx.AsyncClient) -> None:
    query = "query A { hello } query B($text: String!) { echo(text: $text) }"
    params = {"query": query, "operationName": "B", "variables": '{"text": "ü & + %"}', "extensions": "{}"}
    assert (await client.get("/graphql", params=params)).json() == {"data": {"echo": "ü & + %"}}


async def test_head_is_get_without_a_body(client: httpx.AsyncClient) -> None:
    response = await client.head("/graphql", params=HELLO)
    assert (response.status_code, response.headers["content-type"]) == (200, f"{JSON}; charset=utf-8")


@pytest.mark.parametrize("method", [method for method in METHODS if method not in {"GET", "POST"}])
async def test_other_methods_get_the_allowed_ones(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql", json=HELLO)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, POST"
    error_of_response(response)


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_mutation_by_get_changes_nothing(
    minimal_server: MinimalServer, client: httpx.AsyncClient, accept: str, method: str
) -> None:
    params = {"query": "query A { hello } mutation B { change }", "operationName": "B"}
    response = await client.request(method, "/graphql", params=params, headers={"Accept": accept})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert minimal_server.changes == []
    assert (await client.get("/graphql", params={**params, "operationName": "A"})).json() == {
        "data": {"hello": "world"}
    }


async def test_a_mutation_by_post_is_executed(minimal_server: MinimalServer, client: httpx.AsyncClient) -> None:
    assert (await client.post("/graphql", json={"query": "mutation { change }"})).json() == {"data": {"change": 1}}
    assert minimal_server.changes == ["changed"]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/json-patch+json",
        "x-application/json",
        "json",
        "\xff",
    ],
)
async def test_only_json_is_accepted(
    minimal_server: MinimalServer, client: httpx.AsyncClient, content_type: str
) -> None:
    headers = [(b"content-type", content_type.encode("latin-1"))]
    response = await client.post("/graphql", content=b'{"query": "mutation { change }"}', headers=headers)
    assert response.status_code == 415
    assert error_of_response(response)[1] == "UNSUPPORTED_MEDIA_TYPE"
    assert minimal_server.changes == []


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", " application/json ;x"]
)
async def test_json_is_accepted_with_any_parameters(client: httpx.AsyncClient, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    assert (await client.post("/graphql", content=b'{"query": "{ hello }"}', headers=headers)).status_code == 200


async def test_a_body_without_a_content_type_is_rejected(client: httpx.AsyncClient) -> None:
    assert (await client.post("/graphql", content=b'{"query": "{ hello }"}')).status_code == 415


async def test_a_body_may_have_exactly_the_maximum_size() -> None:
    minimal_server = MinimalServer(max_body=2000)
    async with minimal_server.client() as client:
        for size, status in ((2000, 200), (2001, 413), (10_000_000, 413)):
            body = b'{"query": "{ hello }"}'.ljust(size)
            response = await client.post("/graphql", content=body, headers={"Content-Type": JSON})
            assert response.status_code == status
        message, code = error_of_response(response)
        assert code == "CONTENT_TOO_LARGE"
        assert "10000000 bytes, and 2000 are allowed" in message


async def test_the_limit_applies_without_a_content_length() -> None:
    minimal_server = MinimalServer(max_body=2000)
    sent = 0

    async def endless() -> object:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 1000

    async with minimal_server.client() as client:
        response = await client.post("/graphql", content=endless(), headers={"Content-Type": JSON})  # type: ignore[arg-type]
    assert response.status_code == 413
    assert "more than 2000 bytes, and 2000 are allowed" in error_of_response(response)[0]
    assert sent < 10


async def test_a_content_length_above_the_limit_is_rejected_without_reading() -> None:
    minimal_server = MinimalServer(max_body=2000)
    sent = 0

    async def endless() -> object:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 1000

    async with minimal_server.client() as client:
        headers = {"Content-Type": JSON, "Content-Length": "1000000"}
        response = await client.post("/graphql", content=endless(), headers=headers)  # type: ignore[arg-type]
    assert (response.status_code, sent) == (413, 0)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "GZIP", "identity, gzip", "nonsense"])
async def test_a_compressed_body_is_rejected(client: httpx.AsyncClient, encoding: str) -> None:
    body = gzip.compress(b'{"query": "{ hello }"}')
    response = await client.post("/graphql", content=body, headers={"Content-Type": JSON, "Content-Encoding": encoding})
    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "identity"
    assert error_of_response(response)[1] == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize("encoding", ["identity", "Identity", "", " , "])
async def test_content_encoding_identity_is_accepted(client: httpx.AsyncClient, encoding: str) -> None:
    headers = {"Content-Type": JSON, "Content-Encoding": encoding}
    assert (await client.post("/graphql", content=b'{"query": "{ hello }"}', headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "other", ["text/plain", "application/x-www-form-urlencoded", "", "application/json, text/plain"]
)
async def test_a_body_with_two_content_types_is_rejected(client: httpx.AsyncClient, other: str) -> None:
    """A proxy may have checked the other one."""
    for pair in ((JSON, other), (other, JSON)):
        headers = [("Content-Type", each) for each in pair]
        response = await client.post("/graphql", content=b'{"query": "{ hello }"}', headers=headers)
        assert response.status_code == 415


async def test_no_response_may_be_cached(client: httpx.AsyncClient) -> None:
    for response in (
        await client.post("/graphql", json=HELLO),
        await client.get("/graphql", params=HELLO),
        await client.post("/graphql", json=None),
        await client.delete("/graphql"),
        await client.post("/graphql", json={"query": "{ boom }"}),
    ):
        assert response.headers["cache-control"] == "no-store"
