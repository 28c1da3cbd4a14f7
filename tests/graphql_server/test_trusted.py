"""Trusted documents: requested by id, read once, never evicted, and optionally the only documents that are accepted."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sessionql.graphql_server.documents import validation
from sessionql.graphql_server.documents.manifests import ManifestEntry
from sessionql.graphql_server.documents.trusted import TrustedDocuments
from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.request import GraphQLRequest
from tests.graphql_server.call_spy import recorded_first_arguments
from tests.graphql_server.manifest_files import hashed
from tests.graphql_server.minimal_schema import GRAPHQL_JSON, JSON, MinimalServer, map_exception, schema

HELLO = "query Hello { hello }"
ECHO = "query Echo($text: String!) { echo(text: $text) }"
CHANGE = "mutation Change { change }"
BOTH = "query A { a: hello } query B { b: hello }"
STALE = "query Stale { gone }"
BROKEN = "query Broken {"
NAMED = {"hello-1": HELLO, "echo": ECHO, "change": CHANGE, "both": BOTH, "stale": STALE, "broken": BROKEN}
NEW = {"Accept": GRAPHQL_JSON}


def trusted(named: dict[str, str], limits: Limits | None = None) -> TrustedDocuments:
    entries = [ManifestEntry(Path("app.json"), name, text) for name, text in named.items()]
    return TrustedDocuments(schema, limits or Limits(), entries)


@pytest.fixture(params=[False, True], ids=["any document", "trusted only"])
def only(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def minimal_server(only: bool) -> MinimalServer:
    return MinimalServer(trusted_documents=trusted(NAMED), trusted_only=only)


@pytest.fixture
async def client(minimal_server: MinimalServer) -> AsyncIterator[httpx.AsyncClient]:
    async with minimal_server.client() as client:
        yield client


async def post(client: httpx.AsyncClient, accept: str = GRAPHQL_JSON, **body: Any) -> httpx.Response:
    return await client.post("/graphql", json=body, headers={"Accept": accept})


def rejection(response: httpx.Response) -> tuple[int, str]:
    (error,) = response.json()["errors"]
    assert "data" not in response.json()
    return response.status_code, error["extensions"]["code"]


@pytest.mark.parametrize("name", ["hello-1", f"sha256:{hashed(HELLO)}", hashed(HELLO)])
async def test_a_document_is_requested_by_its_id_or_its_hash(client: httpx.AsyncClient, name: str) -> None:
    assert (await post(client, documentId=name)).json() == {"data": {"hello": "world"}}
    assert (await client.get("/graphql", params={"documentId": name})).json() == {"data": {"hello": "world"}}


async def test_variables_and_operation_name_are_used(client: httpx.AsyncClient) -> None:
    answer = await post(client, documentId="echo", variables={"text": "ü"}, operationName="Echo", query=None)
    assert answer.json() == {"data": {"echo": "ü"}}
    params = {"documentId": "echo", "variables": '{"text":"ü"}', "operationName": "", "query": ""}
    assert (await client.get("/graphql", params=params)).json() == {"data": {"echo": "ü"}}
    assert (await post(client, documentId="both", operationName="B")).json() == {"data": {"b": "world"}}


async def test_a_mutation_requires_post(minimal_server: MinimalServer, client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params={"documentId": "change"})
    assert (response.status_code, response.headers["allow"], minimal_server.changes) == (405, "POST", [])
    assert (await post(client, documentId="change")).json() == {"data": {"change": 1}}


UNKNOWN = [
    "hello",
    "HELLO-1",
    "hello-1 ",
    "sha256:",
    f"sha256:{'0' * 64}",
    f"SHA256:{hashed(HELLO)}",
    "x" * 100_000,
    HELLO,
]


@pytest.mark.parametrize("name", UNKNOWN, ids=lambda name: name[:20])
async def test_an_unknown_id_has_its_own_error(client: httpx.AsyncClient, name: str) -> None:
    assert rejection(await post(client, documentId=name)) == (400, "DOCUMENT_NOT_FOUND")
    older = await post(client, JSON, documentId=name)
    assert rejection(older) == (200, "DOCUMENT_NOT_FOUND"), "it is a well-formed request"
    assert "documentId" not in older.json()["errors"][0]["message"]
    assert name not in older.text, "the response does not repeat the text of the client"


async def test_text_and_id_must_identify_the_same_document(client: httpx.AsyncClient) -> None:
    for name in ("hello-1", f"sha256:{hashed(HELLO)}"):
        assert (await post(client, documentId=name, query=HELLO)).json() == {"data": {"hello": "world"}}
        for other in ("{ hello }", HELLO + " ", ECHO):
            assert rejection(await post(client, documentId=name, query=other)) == (400, "DOCUMENT_ID_MISMATCH")
    absent = f"sha256:{hashed('{ hello }')}"
    assert rejection(await post(client, documentId=absent, query="{ echo }")) == (400, "DOCUMENT_ID_MISMATCH")


@pytest.mark.parametrize("only", [False])
async def test_text_with_an_unknown_id_is_executed_as_text(client: httpx.AsyncClient) -> None:
    for name in ("new", f"sha256:{hashed('{ hello }')}"):
        assert (await post(client, documentId=name, query="{ hello }")).json() == {"data": {"hello": "world"}}
        assert rejection(await post(client, documentId=name)) == (400, "DOCUMENT_NOT_FOUND"), "nothing was learnt"


AD_HOC = [
    "{ __typename }",
    "{ hello }",
    "{ __schema { queryType { name } } }",
    "mutation { change }",
    "{",
    "{ nope }",
    HELLO + " ",
    "#" * 40_000,
]


@pytest.mark.parametrize("only", [True])
@pytest.mark.parametrize("query", AD_HOC)
async def test_with_trusted_documents_only_no_other_is_executed(
    minimal_server: MinimalServer, client: httpx.AsyncClient, query: str
) -> None:
    hash_ = {"persistedQuery": {"version": 1, "sha256Hash": hashed(query)}}
    ids = ("new", f"sha256:{hashed(query)}")
    bodies: list[dict[str, Any]] = [{}, *({"documentId": each} for each in ids), {"extensions": hash_}]
    for body in bodies:
        assert rejection(await post(client, query=query, **body)) == (400, "DOCUMENT_NOT_TRUSTED")
    by_get = await client.get("/graphql", params={"query": query[:1000]}, headers=NEW)
    assert rejection(by_get) == (400, "DOCUMENT_NOT_TRUSTED")
    assert rejection(await post(client, extensions=hash_)) == (400, "DOCUMENT_NOT_FOUND"), "nothing was registered"
    assert minimal_server.changes == []


@pytest.mark.parametrize("only", [True])
async def test_the_text_of_a_trusted_document_is_trusted(client: httpx.AsyncClient) -> None:
    assert (await post(client, query=HELLO)).json() == {"data": {"hello": "world"}}
    assert (await client.get("/graphql", params={"query": HELLO})).json() == {"data": {"hello": "world"}}


async def test_a_document_that_cannot_be_executed_has_an_error_and_does_not_affect_others(
    client: httpx.AsyncClient,
) -> None:
    assert rejection(await post(client, documentId="stale")) == (400, "GRAPHQL_VALIDATION_FAILED")
    assert rejection(await post(client, documentId="broken")) == (400, "GRAPHQL_PARSE_FAILED")
    assert (await post(client, documentId="hello-1")).json() == {"data": {"hello": "world"}}


def test_documents_that_cannot_be_executed_are_reported_with_file_and_id() -> None:
    found = {each.entry.id: (each.entry.file, each.reason) for each in trusted(NAMED).unusable}
    assert found == {
        "stale": (Path("app.json"), "Cannot query field 'gone' on type 'Query'."),
        "broken": (Path("app.json"), "Syntax Error: Expected Name, found <EOF>."),
    }
    assert len(trusted(NAMED)) == len(NAMED)


async def execute(engine: Engine, query: str = "", **more: Any) -> Any:
    return (await engine.answer(GraphQLRequest(query, None, None, safe=False, **more), [])).body


async def test_a_trusted_document_is_read_once_whatever_else_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends a thousand documents evicts untrusted documents only."""
    read = recorded_first_arguments(validation, "parse", monkeypatch)
    engine = Engine(
        schema,
        map_exception=map_exception,
        trusted_documents=trusted(NAMED),
        max_cached_documents=2,
        max_persisted_queries=2,
    )
    assert sorted(read) == sorted(NAMED.values())
    for n in range(50):
        query = f"{{ a{n}: hello }}"
        await execute(engine, query, query_hash=hashed(query))
    for again in ({"document_id": "hello-1"}, {"query_hash": hashed(HELLO)}, {"query": HELLO}):
        assert await execute(engine, **again) == {"data": {"hello": "world"}}
    assert read.count(HELLO) == 1


async def test_one_document_with_several_ids_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = recorded_first_arguments(validation, "parse", monkeypatch)
    assert len(trusted({"a": HELLO, "b": HELLO, "c": STALE, "d": STALE})) == 2
    assert read == [HELLO, STALE]


SMALL = Limits(characters=40, tokens=10, comparisons=1, depth=2, aliases=2, root_fields=3, directives=1, cost=10)
LONG = "{ hello # and why: " + "x" * 100 + "\n}"


@pytest.mark.parametrize("document", [LONG, "{" + " ids(of: [])" * 3 + "}", "{ hello hello hello }"])
async def test_limits_of_parsing_apply_to_untrusted_documents_only(document: str) -> None:
    """A trusted document is read at the start, when no client waits; a large screen of an app may need a long one."""
    minimal_server = MinimalServer(trusted_documents=trusted({"big": document}, SMALL), limits=SMALL)
    assert (await execute(minimal_server.engine, document_id="big")).keys() == {"data"}
    assert (await execute(minimal_server.engine, document + "#")).keys() == {"errors"}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ self { self { hello } } }", "QUERY_TOO_DEEP"),
        ("{ a: hello b: hello c: hello }", "TOO_MANY_ALIASES"),
        ("{ hello later double ids }", "TOO_MANY_ROOT_FIELDS"),
        ("{ hello @skip(if: true) later @skip(if: true) }", "TOO_MANY_DIRECTIVES"),
    ],
)
async def test_limits_of_the_execution_apply_to_all_documents(document: str, code: str) -> None:
    found = trusted({"big": document}, SMALL)
    assert [each.entry.id for each in found.unusable] == ["big"]
    answer = await execute(MinimalServer(trusted_documents=found, limits=SMALL).engine, document_id="big")
    assert answer["errors"][0]["extensions"]["code"] == code


async def test_two_schemas_have_documents_of_their_own() -> None:
    ours, others = trusted({"a": HELLO}), trusted({"b": ECHO})
    first, second = MinimalServer(trusted_documents=ours).engine, MinimalServer(trusted_documents=others).engine
    assert await execute(first, document_id="a") == {"data": {"hello": "world"}}
    for engine, name in ((first, "b"), (second, "a")):
        assert json.dumps(await execute(engine, document_id=name)).count("DOCUMENT_NOT_FOUND") == 1
