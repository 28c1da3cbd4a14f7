"""How the engine executes a subscription, without a network."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.outcome import Answer, Answers
from sessionql.graphql_server.request import GraphQLRequest
from sessionql.http_kit.errors import RequestError
from tests.graphql_server.live_server import Context
from tests.graphql_server.minimal_schema import map_exception
from tests.graphql_server.subscription_schema import Publisher, schema


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


def request(query: str, *, safe: bool = False, **variables: Any) -> GraphQLRequest:
    return GraphQLRequest(query, variables, None, safe)


async def begin(publisher: Publisher, query: str, **limits: Any) -> Answer | Answers:
    engine = Engine(schema, map_exception=map_exception, limits=Limits(**limits))
    return await engine.subscribe(request(query), Context(publisher, "ana"))


async def results(publisher: Publisher, query: str) -> AsyncIterator[Answer]:
    found = await begin(publisher, query)
    assert not isinstance(found, Answer)
    async with aclosing(found):
        async for answer in found:
            yield answer


async def test_each_event_has_a_result(publisher: Publisher) -> None:
    found = [answer async for answer in results(publisher, "subscription { count(to: 2) }")]
    assert [(answer.body, answer.executed) for answer in found] == [
        ({"data": {"count": 1}}, True),
        ({"data": {"count": 2}}, True),
    ]


async def test_an_error_of_the_source_is_the_last_result(publisher: Publisher) -> None:
    *_, last = [answer async for answer in results(publisher, "subscription { breaks }")]
    assert (list(last.body), last.executed) == (["errors"], False)


async def test_closing_the_results_closes_their_source(publisher: Publisher) -> None:
    async for answer in results(publisher, "subscription { flood(size: 3) }"):
        assert answer.body == {"data": {"flood": "xxx"}}
        assert publisher.stopped == []
        break
    found = await begin(publisher, "subscription { flood(size: 3) }")
    assert not isinstance(found, Answer)
    await anext(found)
    await found.aclose()
    assert "flood" in publisher.stopped


async def test_results_that_were_never_iterated_can_be_closed(publisher: Publisher) -> None:
    found = await begin(publisher, "subscription { published }")
    assert not isinstance(found, Answer)
    await found.aclose()
    assert (publisher.started, publisher.listeners) == (0, 0)


@pytest.mark.parametrize("query", ["{ hello }", "mutation { change }"])
async def test_other_operations_have_one_result(publisher: Publisher, query: str) -> None:
    found = await begin(publisher, query)
    assert isinstance(found, Answer)
    assert found.executed


async def test_documents_and_limits_are_those_of_other_operations(publisher: Publisher) -> None:
    found = await begin(publisher, "subscription { a: count(to: 1) }", aliases=0)
    assert isinstance(found, Answer)
    assert found.body["errors"][0]["extensions"]["code"] == "TOO_MANY_ALIASES"


async def test_a_subscription_cannot_be_executed_as_one_result(publisher: Publisher) -> None:
    engine = Engine(schema, map_exception=map_exception)
    with pytest.raises(RequestError) as rejected:
        await engine.answer(request("subscription { published }"), Context(publisher, "ana"))
    assert rejected.value.status == 406
    assert publisher.started == 0


async def test_a_mutation_is_not_executed_by_get(publisher: Publisher) -> None:
    engine = Engine(schema, map_exception=map_exception)
    with pytest.raises(RequestError) as rejected:
        await engine.subscribe(request("mutation { change }", safe=True), Context(publisher, "ana"))
    assert rejected.value.status == 405
