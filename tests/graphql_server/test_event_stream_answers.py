"""What clients get that read server-sent events, and what they get that do not."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sessionql.graphql_server.limits.limits import Limits
from tests.graphql_server.live_server import LiveServer
from tests.graphql_server.minimal_schema import GRAPHQL_JSON, JSON, SECRET
from tests.graphql_server.sse_parser import events_of

EVENTS = "text/event-stream"
URQL = f"{GRAPHQL_JSON}, application/graphql+json, {JSON}, {EVENTS}, multipart/mixed"
URQL_SUBSCRIPTION = f"{EVENTS}, multipart/mixed"
COUNT = "subscription { count(to: 2) }"
COUNTED = [("next", {"data": {"count": 1}}), ("next", {"data": {"count": 2}}), ("complete", None)]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    live_server = LiveServer(documents=Limits(aliases=2, seconds=0.2))
    transport = httpx.ASGITransport(live_server.app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://minimal.test") as client:
        yield client
    assert (live_server.quota.reserved, live_server.publisher.listeners) == (0, 0)


async def ask(client: httpx.AsyncClient, accept: str, query: str, **more: Any) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, **more}, headers={"Accept": accept})


@pytest.mark.parametrize("accept", [EVENTS, URQL, URQL_SUBSCRIPTION, f"{JSON}, {EVENTS};q=0.1", "Text/Event-Stream"])
async def test_a_subscription_is_a_stream_for_whoever_can_read_one(client: httpx.AsyncClient, accept: str) -> None:
    response = await ask(client, accept, COUNT)
    assert response.status_code == 200
    assert events_of(response.text) == COUNTED
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["vary"] == "accept"
    assert response.headers["x-who"] == "nobody", "headers that the fields want are there too"


@pytest.mark.parametrize("accept", ["", "*/*", "text/*", JSON, GRAPHQL_JSON, f"{JSON}, {EVENTS};q=0", "text/html, */*"])
async def test_others_are_told_how_to_subscribe(client: httpx.AsyncClient, accept: str) -> None:
    response = await ask(client, accept, COUNT)
    assert response.status_code == 406
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "NOT_ACCEPTABLE"
    if accept != "text/*":
        assert "text/event-stream" in error["message"]
        assert "graphql-transport-ws" in error["message"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (EVENTS, EVENTS),
        (URQL, GRAPHQL_JSON),
        (f"{JSON}, {EVENTS}", JSON),
        (f"{JSON};q=0.5, {EVENTS}", EVENTS),
        (f"{EVENTS};q=0.5, {JSON};q=0.5", JSON),
        (f"*/*;q=0.1, {EVENTS}", EVENTS),
        (f"{EVENTS};q=0.1, */*", JSON),
    ],
)
async def test_queries_and_mutations_are_answered_in_what_is_liked_best(
    client: httpx.AsyncClient, accept: str, media_type: str
) -> None:
    for query, data in (("{ hello }", {"hello": "world"}), ("mutation { hello: change }", None)):
        response = await ask(client, accept, query)
        assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, media_type)
        if media_type == EVENTS:
            (name, payload), last = events_of(response.text)
            assert (name, last) == ("next", ("complete", None))
        else:
            payload = response.json()
        assert data is None or payload == {"data": data}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("{ nowhere }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription A { heard } subscription B { heard }", "BAD_USER_INPUT"),
        ("subscription ($to: Int!) { count(to: $to) }", "BAD_USER_INPUT"),
        ("query ($to: Int!) { hello @skip(if: $to) }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ a: hello b: hello c: hello }", "TOO_MANY_ALIASES"),
        ("subscription { refused }", "FORBIDDEN"),
        ("subscription { broken }", "INTERNAL_SERVER_ERROR"),
        ("subscription { never }", "EXECUTION_TIMEOUT"),
    ],
)
async def test_what_cannot_be_executed_is_told_in_the_stream(client: httpx.AsyncClient, query: str, code: str) -> None:
    """So says graphql-sse's protocol. Its client would try an HTTP error again and again, and never read it."""
    response = await ask(client, EVENTS, query)
    assert response.status_code == 200
    (name, payload), last = events_of(response.text)
    assert (name, last, payload.keys()) == ("next", ("complete", None), {"errors"})
    assert payload["errors"][0]["extensions"]["code"] == code
    assert SECRET not in response.text


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"content": b"{", "headers": {"content-type": JSON}}, 400),
        ({"json": {"variables": {}}}, 400),
        ({"json": [{"query": "{ hello }"}]}, 400),
        ({"content": b"{ hello }", "headers": {"content-type": "text/plain"}}, 415),
        ({"json": {"query": "{ hello }" + " " * 300_000}}, 413),
        ({"json": {"query": "{ hello }"}, "headers": {"who": "away"}}, 503),
        ({"json": {"query": COUNT}, "headers": {"who": "stranger"}}, 403),
        ({"json": {"query": "{ huge }"}}, 500),
    ],
)
async def test_what_is_no_request_is_an_error_of_http(
    client: httpx.AsyncClient, request_: dict[str, Any], status: int
) -> None:
    headers = {"accept": EVENTS, **request_.pop("headers", {})}
    response = await client.post("/graphql", headers=headers, **request_)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json; charset=utf-8")
    assert response.json()["errors"][0]["message"]


async def test_who_is_refused_with_a_good_status_is_told_so_in_a_stream(client: httpx.AsyncClient) -> None:
    """Nobody reads JSON there: it would look like a stream in which nothing happens."""
    response = await client.post("/graphql", json={"query": COUNT}, headers={"accept": EVENTS, "who": "refused"})
    assert response.status_code == 200
    (_, payload), last = events_of(response.text)
    assert (payload["errors"][0]["extensions"]["code"], last) == ("FORBIDDEN", ("complete", None))


async def test_a_link_is_enough_for_a_subscription_and_a_query(client: httpx.AsyncClient) -> None:
    """As `EventSource` asks."""
    for query in (COUNT, "{ hello }"):
        response = await client.get("/graphql", params={"query": query}, headers={"Accept": EVENTS})
        assert response.status_code == 200
        assert events_of(response.text)[-1] == ("complete", None)


async def test_but_not_for_a_mutation(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": "mutation { change }"}, headers={"Accept": EVENTS})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_whoever_wants_headers_only_begins_no_subscription(client: httpx.AsyncClient) -> None:
    response = await client.head("/graphql", params={"query": COUNT}, headers={"Accept": EVENTS})
    assert response.status_code == 406


async def test_one_connection_for_many_operations_is_a_websocket_here(client: httpx.AsyncClient) -> None:
    """graphql-sse's "single connection" begins with a reservation by PUT."""
    response = await client.put("/graphql", headers={"Accept": "*/*"})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("field", ["breaks", "cancelled"])
async def test_a_source_that_fails_tells_it_and_completes(client: httpx.AsyncClient, field: str) -> None:
    response = await ask(client, EVENTS, f"subscription {{ {field} }}")
    (first, second, third) = events_of(response.text)
    assert first == ("next", {"data": {field: 1}})
    assert second[1]["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert third == ("complete", None)
    assert SECRET not in response.text


async def test_complete_has_an_empty_line_of_data_and_no_space(client: httpx.AsyncClient) -> None:
    """Without data `EventSource` tells nobody of it, and a space is what urql would parse as an answer."""
    response = await ask(client, EVENTS, COUNT)
    assert response.text.endswith("event: complete\ndata:\n\n")
    assert response.text.startswith(": "), "a comment, so that the headers are on their way"
