"""Budgets: what a caller may spend in a minute, at every transport of operations."""

import itertools
from typing import Any

import httpx
import pytest

from sessionql.graphql_server.documents.ids import hash_of
from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.request import GraphQLRequest
from sessionql.http_kit import budgets as module
from sessionql.http_kit.budgets import OPERATION, Budgets, Payer
from sessionql.http_kit.errors import RequestError
from tests.graphql_server.largest_data import schema as largest
from tests.graphql_server.minimal_schema import MinimalServer, map_exception, schema


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def budgets_of(per_minute: int, clock: Clock | None = None) -> Budgets:
    """The payer is the context itself; a context that begins with "many" has three shares."""

    def payer_of(context: Any) -> Payer | None:
        return None if context is None else Payer(context, 3 if context.startswith("many") else 1)

    return Budgets(per_minute, payer_of, clock or Clock())


def served(budgets: Budgets, context: str | None, units: float = 0) -> int:
    """How many requests are served, at most 100, each of which costs `units` more."""
    for count in range(100):
        try:
            budgets.begin(context)
        except RequestError:
            return count
        budgets.spend(context, units)
    return 100


def waiting(budgets: Budgets, context: str) -> int:
    with pytest.raises(RequestError) as raised:
        budgets.begin(context)
    assert (raised.value.status, raised.value.code) == (429, "COST_LIMITED")
    assert raised.value.info.retry_after == int(raised.value.headers["Retry-After"])
    return int(raised.value.headers["Retry-After"])


def test_each_payer_has_a_budget_that_fills_up_again() -> None:
    clock = Clock()
    budgets = budgets_of(600, clock)
    assert served(budgets, "ana", 50) == 6
    assert served(budgets, "eve", 50) == 6, "another payer"
    clock.now += 10
    assert served(budgets, "ana", 50) == 1, "a tenth of a minute later, 100 units are there again"
    clock.now += 3_600
    assert served(budgets, "ana", 50) == 6, "no more than one budget is saved"


def test_the_time_to_wait_is_exact() -> None:
    clock = Clock()
    budgets = budgets_of(600, clock)
    budgets.begin("ana")
    budgets.spend("ana", 1_200 - OPERATION)
    assert waiting(budgets, "ana") == 60
    clock.now += 59
    assert waiting(budgets, "ana") == 1
    clock.now += 1.1
    budgets.begin("ana")


def test_a_request_that_costs_more_than_the_whole_budget_is_served_and_the_next_one_waits() -> None:
    budgets = budgets_of(600)
    assert served(budgets, "ana", 6_000) == 1
    assert waiting(budgets, "ana") == 545


def test_an_address_has_many_shares_and_others_have_no_budget() -> None:
    budgets = budgets_of(600)
    assert served(budgets, "many people", 50) == 18
    assert served(budgets, None, 10_000) == 100
    assert served(budgets_of(0), "ana", 10_000) == 100


def test_the_number_of_payers_is_bounded_and_those_who_spend_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PAYERS", 10)
    budgets = budgets_of(600)
    assert served(budgets, "eve", 600) == 1
    for number in range(1_000):
        budgets.begin(str(number))
        budgets.spend("eve", 1)
    assert len(budgets) == 10
    assert waiting(budgets, "eve") > 60


def engine_of(budgets: Budgets) -> Engine:
    return Engine(schema, map_exception=map_exception, budgets=budgets)


async def spent(query: str, **more: Any) -> int:
    """What a request costs: seconds to wait with a budget of one unit a second, of which one is left before it."""
    budgets = budgets_of(60)
    budgets.spend("ana", 59)
    request = GraphQLRequest(query, None, None, safe=False, **more)
    await engine_of(budgets).answer(request, "ana")
    return waiting(budgets, "ana") + 1


async def test_an_operation_costs_its_fields_and_what_is_read_for_it() -> None:
    small, ten = "{ hello }", "{ " + " ".join(f"a{n}: hello" for n in range(10)) + " }"
    assert await spent(small) == OPERATION + len(small) + 1
    assert await spent(ten) == OPERATION + len(ten) + 10
    assert await spent("{ " + "wrong" * 10 + " }") == OPERATION + 54, "a document that is refused was read too"


async def test_a_known_document_costs_only_its_fields() -> None:
    budgets = budgets_of(1_000)
    engine, request = engine_of(budgets), GraphQLRequest("{ hello }", None, None, safe=False)
    for _ in range(16):
        await engine.answer(request, "ana")
    by_hash = GraphQLRequest("{ hello }", None, None, safe=False, query_hash=hash_of("{ hello }"))
    for _ in range(3):
        await engine.answer(by_hash, "ana")
    # 19 x (50 + 1) + 9 are 978: one more is served, and then none.
    await engine.answer(by_hash, "ana")
    with pytest.raises(RequestError):
        await engine.answer(by_hash, "ana")


async def test_reading_costs_no_more_than_the_longest_time_of_reading() -> None:
    assert await spent("# " + "a" * 20_000 + "\n{ hello }") == OPERATION + 1_600 + 1


async def test_over_http_the_response_says_when_to_come_back() -> None:
    server = MinimalServer(budgets=Budgets(100, lambda _: Payer("all")))
    async with server.client() as client:
        assert (await client.post("/graphql", json={"query": "{ hello }"})).status_code == 200
        assert (await client.post("/graphql", json={"query": "{ hello }"})).status_code == 200
        for accept in ("application/json", "application/graphql-response+json", "text/event-stream"):
            response = await client.post("/graphql", json={"query": "{ hello }"}, headers={"Accept": accept})
            refused(response)
        refused(await client.get("/graphql", params={"query": "{ hello }"}))


def refused(response: httpx.Response) -> None:
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (429, "COST_LIMITED")
    assert 1 <= error["extensions"]["retryAfter"] == int(response.headers["retry-after"]) <= 60
    assert "100 fields that are allowed in a minute" in error["message"]


async def test_a_mutation_over_the_budget_changes_nothing() -> None:
    server = MinimalServer(budgets=Budgets(1, lambda _: Payer("all")))
    async with server.client() as client:
        for _ in range(3):
            await client.post("/graphql", json={"query": "mutation { change }"})
    assert server.changes == ["changed"]


async def test_each_event_of_a_subscription_is_paid_and_the_last_one_says_why_it_ends() -> None:
    async def events(_source: Any, _info: Any) -> Any:
        for number in itertools.count():
            yield {"sold": {"id": number}}

    subscription: Any = largest.subscription_type
    subscription.fields["sold"].subscribe = events
    try:
        engine = Engine(largest, map_exception=map_exception, budgets=budgets_of(1_000))
        request = GraphQLRequest("subscription { sold { id } }", None, None, safe=False)
        answers: Any = await engine.subscribe(request, "ana")
        bodies = [answer.body async for answer in answers]
    finally:
        subscription.fields["sold"].subscribe = None
    assert len(bodies) == 19
    assert all("errors" not in body for body in bodies[:-1])
    assert bodies[-1]["errors"][0]["extensions"]["code"] == "COST_LIMITED"
    assert bodies[-1]["errors"][0]["extensions"]["retryAfter"] >= 1
