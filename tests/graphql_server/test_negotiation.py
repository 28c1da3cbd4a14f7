"""The media type of the response for each Accept header."""

import httpx
import pytest

from tests.graphql_server.minimal_schema import GRAPHQL_JSON, JSON

HELLO = {"query": "{ hello }"}
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        (" ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        ("Application/JSON", JSON),
        (f"{JSON}; charset=utf-8", JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON}", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON};q=0.9", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0.5, {JSON}", JSON),
        (f"{GRAPHQL_JSON};q=0.5, {JSON};q=0.4", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0, {JSON}", JSON),
        (f"{GRAPHQL_JSON}, {JSON};q=0", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0, */*", JSON),
        (f"{JSON};q=0, */*;q=0.1, {GRAPHQL_JSON};q=0.01", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON} ; Q=1.0 , text/html", GRAPHQL_JSON),
        ("text/html, */*;q=0.1", JSON),
        (CHROME, JSON),
        (f",,{JSON},", JSON),
        (f"{JSON};q=7", JSON),
        (f"{JSON};v=1;q=0.3", JSON),
        (f"{GRAPHQL_JSON}, ".ljust(2048, "a"), GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, ".ljust(2049, "a"), JSON),  # too long, so it is disregarded
    ],
)
async def test_the_preferred_media_type_is_used(client: httpx.AsyncClient, accept: str, expected: str) -> None:
    response = await client.post("/graphql", json=HELLO, headers={"Accept": accept})
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "world"}})
    assert response.headers["content-type"] == f"{expected}; charset=utf-8"
    assert "accept" in response.headers["vary"].lower()


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "image/*",
        "text/*;q=1, image/png",
        f"{JSON};q=0",
        "*/*;q=0",
        "application/*;q=0",
        f"{GRAPHQL_JSON};q=0.0, {JSON};q=0.000",
        f"{JSON};q=x",
        f"{JSON};q=nan",
        f"{JSON};q=-1",
        "application/xml",
        "json",
        "\x80",
    ],
)
async def test_a_client_that_accepts_none_of_the_media_types_gets_the_list(
    client: httpx.AsyncClient, accept: str
) -> None:
    response = await client.post("/graphql", json=HELLO, headers=[(b"accept", accept.encode("latin-1"))])
    assert response.status_code == 406
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "NOT_ACCEPTABLE"
    assert GRAPHQL_JSON in error["message"]


async def test_without_the_header_the_older_media_type_is_used(client: httpx.AsyncClient) -> None:
    del client.headers["accept"]
    response = await client.post("/graphql", json=HELLO)
    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"


async def test_a_header_may_be_sent_in_several_lines(client: httpx.AsyncClient) -> None:
    """RFC 9110, section 5.3: they are equal to one line with commas."""
    response = await client.post("/graphql", json=HELLO, headers=[("Accept", "text/html"), ("Accept", GRAPHQL_JSON)])
    assert (response.status_code, response.headers["content-type"]) == (200, f"{GRAPHQL_JSON}; charset=utf-8")
