"""Automatic persisted queries of Apollo: the client sends a hash, then the text if the hash is unknown, then only the
hash.
"""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionql.graphql_server.documents import store
from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.request import GraphQLRequest
from tests.graphql_server.call_spy import recorded_first_arguments
from tests.graphql_server.manifest_files import hashed
from tests.graphql_server.minimal_schema import GRAPHQL_JSON, JSON, MinimalServer, map_exception, schema

HELLO = "{ hello }"
NOT_FOUND = {"errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]}
NOT_SUPPORTED = {
    "errors": [{"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}]
}


def named(text: str, **more: Any) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hashed(text), **more}}


async def post(client: httpx.AsyncClient, accept: str = GRAPHQL_JSON, **body: Any) -> httpx.Response:
    return await client.post("/graphql", json=body, headers={"Accept": accept})


@pytest.mark.parametrize("accept", [GRAPHQL_JSON, JSON])
async def test_the_text_is_requested_once(client: httpx.AsyncClient, accept: str) -> None:
    """The first response has a 2xx status: Apollo's iOS client does not read the body of others."""
    first = await post(client, accept, extensions=named(HELLO))
    assert (first.status_code, first.json()) == (200, NOT_FOUND)
    for body in ({"query": HELLO}, {}, {"query": ""}, {"query": None}):
        response = await post(client, accept, extensions=named(HELLO), **body)
        assert (response.status_code, response.json()) == (200, {"data": {"hello": "world"}})


async def test_all_of_it_works_by_get_too(client: httpx.AsyncClient) -> None:
    extensions = f'{{"persistedQuery":{{"version":1,"sha256Hash":"{hashed(HELLO)}"}}}}'
    first = await client.get("/graphql", params={"extensions": extensions})
    second = await client.get("/graphql", params={"extensions": extensions, "query": HELLO})
    third = await client.get("/graphql", params={"extensions": extensions})
    assert first.json() == NOT_FOUND
    assert second.json() == third.json() == {"data": {"hello": "world"}}
    assert first.headers["cache-control"] == "no-store", "the answer is another one soon"


async def test_a_mutation_with_a_known_hash_still_requires_post(
    minimal_server: MinimalServer, client: httpx.AsyncClient
) -> None:
    change = "mutation { change }"
    assert (await post(client, query=change, extensions=named(change))).json() == {"data": {"change": 1}}
    params = {"extensions": f'{{"persistedQuery":{{"version":1,"sha256Hash":"{hashed(change)}"}}}}'}
    assert (await client.get("/graphql", params=params)).status_code == 405
    assert minimal_server.changes == ["changed"]


async def test_a_known_hash_can_be_sent_as_document_id(client: httpx.AsyncClient) -> None:
    await post(client, query=HELLO, extensions=named(HELLO))
    answer = await post(client, documentId=f"sha256:{hashed(HELLO)}")
    assert answer.json() == {"data": {"hello": "world"}}


async def test_the_miss_header_of_urql_is_accepted(client: httpx.AsyncClient) -> None:
    answer = await post(client, query=HELLO, extensions=named(HELLO, miss=True))
    assert answer.json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize("claimed", [hashed("{ later }"), hashed(HELLO).upper(), hashed(HELLO)[:63], "x", "ü"])
async def test_a_text_with_another_hash_is_rejected_and_not_stored(client: httpx.AsyncClient, claimed: str) -> None:
    """Otherwise one client could decide what others execute."""
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": claimed}}
    response = await post(client, query=HELLO, extensions=extensions)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (400, "DOCUMENT_ID_MISMATCH")
    assert "provided sha does not match" in error["message"]
    for unknown in (claimed, hashed(HELLO)):
        extensions = {"persistedQuery": {"version": 1, "sha256Hash": unknown}}
        assert (await post(client, extensions=extensions)).json() == NOT_FOUND


@pytest.mark.parametrize("other", ["{ later }", HELLO + " "])
async def test_a_known_hash_accepts_no_other_text(client: httpx.AsyncClient, other: str) -> None:
    await post(client, query=HELLO, extensions=named(HELLO))
    answer = await post(client, query=other, extensions=named(HELLO))
    assert answer.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_ID_MISMATCH"
    assert (await post(client, extensions=named(HELLO))).json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize("query", ["{", "{ nope }", "{" + "self{" * 30 + "hello" + "}" * 31, "#" * 40_000])
async def test_a_document_that_cannot_be_executed_is_not_stored(client: httpx.AsyncClient, query: str) -> None:
    by_query = await post(client, query=query, extensions=named(query))
    assert by_query.status_code == 400
    assert (await post(client, extensions=named(query))).json() == NOT_FOUND


async def test_a_server_without_persisted_queries_reports_it_and_executes_the_text() -> None:
    async with MinimalServer(max_persisted_queries=0).client() as client:
        for accept in (GRAPHQL_JSON, JSON):
            response = await post(client, accept, extensions=named(HELLO))
            assert (response.status_code, response.json()) == (200, NOT_SUPPORTED)
        assert (await post(client, query=HELLO, extensions=named(HELLO))).json() == {"data": {"hello": "world"}}
        assert (await post(client, extensions=named(HELLO))).json() == NOT_SUPPORTED
        wrong = await post(client, query=HELLO, extensions=named("{ later }"))
        assert wrong.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_ID_MISMATCH"


async def send(engine: Engine, text: str, *, with_text: bool) -> Any:
    request = GraphQLRequest(text if with_text else "", None, None, safe=False, query_hash=hashed(text))
    return (await engine.answer(request, [])).body


async def test_the_number_is_limited_and_the_least_recently_used_is_evicted() -> None:
    engine = Engine(schema, map_exception=map_exception, max_persisted_queries=3)
    for n in range(20):
        await send(engine, f"{{ a{n}: hello }}", with_text=True)
        await send(engine, HELLO, with_text=True)
    assert await send(engine, HELLO, with_text=False) == {"data": {"hello": "world"}}
    assert await send(engine, "{ a18: hello }", with_text=False) == {"data": {"a18": "world"}}
    assert await send(engine, "{ a17: hello }", with_text=False) == NOT_FOUND


async def test_long_documents_do_not_fill_the_memory() -> None:
    engine = Engine(schema, map_exception=map_exception)
    for n in range(60):
        await send(engine, f"{{ a{n}: hello }} #" + "x" * 30_000, with_text=True)
    kept = engine._store._persisted
    assert kept is not None
    assert 30 <= len(kept) < 34, "a million characters"


async def test_a_known_text_is_not_hashed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = recorded_first_arguments(store, "hash_of", monkeypatch)
    engine = Engine(schema, map_exception=map_exception)
    for with_text in (True, True, False, False):
        assert await send(engine, HELLO, with_text=with_text) == {"data": {"hello": "world"}}
    assert counted == [HELLO]


texts = st.sampled_from(["{ hello }", "{ later }", "{ nope }", "{", "{ echo }"])


@given(st.lists(st.tuples(texts, texts, st.booleans()), max_size=30))
def test_a_hash_never_returns_another_document(steps: list[tuple[str, str, bool]]) -> None:
    """Whatever hashes clients sent before, in any order."""
    asyncio.run(_never_another(steps))


async def _never_another(steps: list[tuple[str, str, bool]]) -> None:
    engine, alone = (
        Engine(schema, map_exception=map_exception, max_persisted_queries=2),
        Engine(schema, map_exception=map_exception),
    )
    for text, claimed, with_text in steps:
        request = GraphQLRequest(text if with_text else "", None, None, safe=False, query_hash=hashed(claimed))
        answer = (await engine.answer(request, [])).body
        if answer != NOT_FOUND and "DOCUMENT_ID_MISMATCH" not in str(answer):
            assert answer == (await alone.answer(GraphQLRequest(claimed, None, None, safe=False), [])).body
