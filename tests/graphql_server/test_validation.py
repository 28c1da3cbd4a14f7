"""Documents are parsed once, cached for a while, and rejected when they are too deep or too large."""

from typing import Any

import pytest

from sessionql.graphql_server.documents import validation
from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.request import GraphQLRequest
from tests.graphql_server.minimal_schema import MinimalServer, map_exception, schema


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the documents that were parsed and validated, in order."""
    done: list[str] = []
    for name in ("parse", "validate"):
        real = getattr(validation, name)

        def recorded(*args: Any, _name: str = name, _real: Any = real, **kwargs: Any) -> Any:
            done.append(_name)
            return _real(*args, **kwargs)

        monkeypatch.setattr(validation, name, recorded)
    return done


async def execute(engine: Engine, query: str) -> Any:
    return (await engine.answer(GraphQLRequest(query, None, None, safe=False), [])).body


async def test_a_document_is_parsed_once(minimal_server: MinimalServer, read: list[str]) -> None:
    for _ in range(3):
        assert await execute(minimal_server.engine, "{ hello }") == {"data": {"hello": "world"}}
    assert read == ["parse", "validate"]


async def test_an_invalid_document_is_parsed_once_too(minimal_server: MinimalServer, read: list[str]) -> None:
    for query in ("{", "{ nope }", "{" + "self{" * 900):
        first = await execute(minimal_server.engine, query)
        assert await execute(minimal_server.engine, query) == first
        assert first["errors"]
    assert read == ["parse", "parse", "validate", "parse"]


async def test_the_number_of_cached_documents_is_limited(read: list[str]) -> None:
    engine = Engine(schema, map_exception=map_exception, max_cached_documents=3)
    for n in range(50):
        await execute(engine, f"{{ a{n}: hello }}")
        await execute(engine, "{ hello }")
    assert len(engine._store._documents._cache) == 3
    assert read.count("parse") == 51, "the used document is never evicted"


async def test_the_least_recently_used_is_evicted_first(read: list[str]) -> None:
    engine = Engine(schema, map_exception=map_exception, max_cached_documents=2)
    for query in ("{ a: hello }", "{ b: hello }", "{ a: hello }", "{ c: hello }", "{ a: hello }"):
        await execute(engine, query)
    assert read.count("parse") == 3
    await execute(engine, "{ b: hello }")
    assert read.count("parse") == 4


async def test_long_documents_evict_more_than_one(read: list[str]) -> None:
    """Otherwise some hundred long documents would fill the memory."""
    engine = Engine(schema, map_exception=map_exception, max_cached_characters=100)
    for query in ("{ a: hello }", "{ b: hello }", "{ hello }" + " " * 85, "{ hello }" + " " * 200):
        assert await execute(engine, query)
        assert sum(map(len, engine._store._documents._cache)) <= 100
    await execute(engine, "{ b: hello }")
    assert read.count("parse") == 5, "the longest pushed out all that was there, and was not kept itself"


@pytest.mark.parametrize("depth", [10, 50, 90, 100, 150, 180, 190, 195, 198, 199, 200, 201, 500, 1_660, 2_490, 5_000])
async def test_no_depth_causes_a_server_error(
    minimal_server: MinimalServer, caplog: pytest.LogCaptureFixture, depth: int
) -> None:
    """Python calls that are too deep raise RecursionError: the document must be rejected before."""
    for opening, leaf, closing in (
        ("self{", "hello", "}"),
        ("self{", "later", "}"),
        ("...{", "hello", "}"),
        ("...on Query{self{", "later", "}}"),
    ):
        answer = await execute(minimal_server.engine, "{" + opening * depth + leaf + closing * depth + "}")
        if "errors" in answer:
            assert depth >= 10
            codes = {error["extensions"]["code"] for error in answer["errors"]}
            assert codes <= {"QUERY_TOO_DEEP", "TOO_MANY_TOKENS", "DOCUMENT_TOO_LONG", "GRAPHQL_PARSE_FAILED"}
        else:
            assert leaf in str(answer)
    assert caplog.records == []


@pytest.mark.parametrize("length", [10, 60, 120, 150, 180, 199, 250, 500])
async def test_a_long_chain_of_fragments_is_executed(
    minimal_server: MinimalServer, caplog: pytest.LogCaptureFixture, length: int
) -> None:
    for link, end in (("...F{}", "hello"), ("self {{ ...F{} }}", "hello"), ("self {{ ...F{} }}", "later")):
        chain = " ".join(f"fragment F{n} on Query {{ {link.format(n + 1)} }}" for n in range(length))
        answer = await execute(minimal_server.engine, f"{{ ...F0 }} {chain} fragment F{length} on Query {{ {end} }}")
        if "errors" in answer:
            codes = {error["extensions"]["code"] for error in answer["errors"]}
            assert codes <= {"GRAPHQL_VALIDATION_FAILED", "TOO_MANY_TOKENS", "QUERY_TOO_DEEP"}
            assert length >= 19
        else:
            assert end in str(answer)
    assert caplog.records == []
