"""Responses to clients that accept server-sent events, and to clients that do not."""

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


async def execute(client: httpx.AsyncClient, accept: str, query: str, **more: Any) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, **more}, headers={"Accept": accept})


@pytest.mark.parametrize("accept", [EVENTS, URQL, URQL_SUBSCRIPTION, f"{JSON}, {EVENTS};q=0.1", "Text/Event-Stream"])
async def test_a_subscription_is_a_stream_for_clients_that_accept_one(client: httpx.AsyncClient, accept: str) -> None:
    response = await execute(client, accept, COUNT)
    assert response.status_code == 200
    assert events_of(response.text) == COUNTED
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["vary"] == "accept"
    assert response.headers["x-who"] == "unauthenticated", "the headers of fields are sent too"


@pytest.mark.parametrize("accept", ["", "*/*", "text/*", JSON, GRAPHQL_JSON, f"{JSON}, {EVENTS};q=0", "text/html, */*"])
async def test_the_error_for_other_clients_explains_how_to_subscribe(client: httpx.AsyncClient, accept: str) -> None:
    response = await execute(client, accept, COUNT)
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
async def test_queries_and_mutations_use_the_preferred_media_type(
    client: httpx.AsyncClient, accept: str, media_type: str
) -> None:
    for query, data in (("{ hello }", {"hello": "world"}), ("mutation { hello: change }", None)):
        response = await execute(client, accept, query)
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
        ("subscription A { published } subscription B { published }", "BAD_USER_INPUT"),
        ("subscription ($to: Int!) { count(to: $to) }", "BAD_USER_INPUT"),
        ("query ($to: Int!) { hello @skip(if: $to) }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ a: hello b: hello c: hello }", "TOO_MANY_ALIASES"),
        ("subscription { rejected }", "FORBIDDEN"),
        ("subscription { broken }", "INTERNAL_SERVER_ERROR"),
        ("subscription { never }", "EXECUTION_TIMEOUT"),
    ],
)
async def test_what_cannot_be_executed_is_an_error_in_the_stream(
    client: httpx.AsyncClient, query: str, code: str
) -> None:
    """As in the protocol of graphql-sse. Its client would retry an HTTP error again and again, without reading it."""
    response = await execute(client, EVENTS, query)
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
        ({"json": {"query": COUNT}, "headers": {"who": "blocked"}}, 403),
        ({"json": {"query": "{ huge }"}}, 500),
    ],
)
async def test_an_invalid_request_is_an_http_error(
    client: httpx.AsyncClient, request_: dict[str, Any], status: int
) -> None:
    headers = {"accept": EVENTS, **request_.pop("headers", {})}
    response = await client.post("/graphql", headers=headers, **request_)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json; charset=utf-8")
    assert response.json()["errors"][0]["message"]


async def test_an_error_with_a_2xx_status_is_sent_in_a_stream(client: httpx.AsyncClient) -> None:
    """The client expects events. A JSON body would look like a stream without events."""
    response = await client.post("/graphql", json={"query": COUNT}, headers={"accept": EVENTS, "who": "rejected"})
    assert response.status_code == 200
    (_, payload), last = events_of(response.text)
    assert (payload["errors"][0]["extensions"]["code"], last) == ("FORBIDDEN", ("complete", None))


async def test_a_get_request_is_enough_for_a_subscription_or_a_query(client: httpx.AsyncClient) -> None:
    """As `EventSource` sends it."""
    for query in (COUNT, "{ hello }"):
        response = await client.get("/graphql", params={"query": query}, headers={"Accept": EVENTS})
        assert response.status_code == 200
        assert events_of(response.text)[-1] == ("complete", None)


async def test_a_get_request_is_not_enough_for_a_mutation(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": "mutation { change }"}, headers={"Accept": EVENTS})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_a_head_request_starts_no_subscription(client: httpx.AsyncClient) -> None:
    response = await client.head("/graphql", params={"query": COUNT}, headers={"Accept": EVENTS})
    assert response.status_code == 406


async def test_many_operations_on_one_connection_need_a_websocket(client: httpx.AsyncClient) -> None:
    """The "single connection mode" of graphql-sse starts with a reservation by PUT."""
    response = await client.put("/graphql", headers={"Accept": "*/*"})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("field", ["breaks", "cancelled"])
async def test_a_source_that_fails_sends_an_error_and_completes(client: httpx.AsyncClient, field: str) -> None:
    response = await execute(client, EVENTS, f"subscription {{ {field} }}")
    (first, second, third) = events_of(response.text)
    assert first == ("next", {"data": {field: 1}})
    assert second[1]["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert third == ("complete", None)
    assert SECRET not in response.text


async def test_complete_has_an_empty_data_line_without_a_space(client: httpx.AsyncClient) -> None:
    """Without data `EventSource` dispatches no event, and urql would parse a space as a result."""
    response = await execute(client, EVENTS, COUNT)
    assert response.text.endswith("event: complete\ndata:\n\n")
    assert response.text.startswith(": "), "a comment, so that the headers are on their way"
