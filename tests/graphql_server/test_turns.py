"""Long executions let other requests run between the parts of their lists; short ones never pause."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
)

from sessionql.graphql_server import turns
from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.request import GraphQLRequest
from sessionql.graphql_server.turns import Turns, TurnTaking
from tests.graphql_server.minimal_schema import NotAllowed, map_exception

LIMITS = Limits(cost=10**9, response_bytes=10**9)


def _value(source: int, _info: Any) -> int:
    if source == 13:
        raise NotAllowed("Not this one.")
    return source


async def _later(source: int, _info: Any) -> int:
    await asyncio.sleep(0)
    return source


def _soon(number: int) -> Any:
    return _later(number, None)


def _items(count: int) -> Any:
    async def resolve(_source: Any, _info: Any) -> range:
        await asyncio.sleep(0)
        return range(count)

    return resolve


item: GraphQLObjectType = GraphQLObjectType(
    "Item",
    lambda: {
        "n": GraphQLField(GraphQLInt, resolve=_value),
        "sure": GraphQLField(GraphQLNonNull(GraphQLInt), resolve=_value),
        "later": GraphQLField(GraphQLInt, resolve=_later),
        "items": GraphQLField(GraphQLList(item), resolve=_items(10)),
    },
)
schema = GraphQLSchema(
    GraphQLObjectType(
        "Query",
        {
            "few": GraphQLField(GraphQLList(item), resolve=_items(5)),
            "many": GraphQLField(GraphQLList(item), resolve=_items(100)),
            "strict": GraphQLField(GraphQLList(GraphQLNonNull(item)), resolve=_items(100)),
            "awaited": GraphQLField(GraphQLList(GraphQLString), resolve=lambda *_: list(map(_soon, range(50)))),
        },
    )
)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock takes a part of a slice: the number of pauses does not depend on the machine."""
    ticks = iter(range(10**9))
    monkeypatch.setattr(TurnTaking, "clock", staticmethod(lambda: next(ticks) * turns.SLICE / 20))


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[TurnTaking]:
    """The executions that waited for a turn."""
    asked: list[TurnTaking] = []
    take = Turns.take

    async def recorded(self: Turns, execution: TurnTaking) -> None:
        if execution.seconds_left <= 0:
            asked.append(execution)
        await take(self, execution)

    monkeypatch.setattr(Turns, "take", recorded)
    return asked


def engine() -> Engine:
    return Engine(schema, map_exception=map_exception, limits=LIMITS)


async def body(query: str, on: Engine | None = None) -> Any:
    return (await (on or engine()).answer(GraphQLRequest(query, None, None, safe=False), None)).body


async def test_a_short_execution_never_pauses(taken: list[TurnTaking]) -> None:
    assert (await body("{ few { n later } }"))["data"]["few"][4] == {"n": 4, "later": 4}
    assert taken == []


async def test_the_response_is_the_same_with_pauses(taken: list[TurnTaking], monkeypatch: pytest.MonkeyPatch) -> None:
    query = "{ many { n later items { n later } } awaited }"
    paused = await body(query)
    assert len(taken) > 10
    taken.clear()
    monkeypatch.setattr(TurnTaking, "seconds_left", 10**9)
    assert await body(query) == paused
    assert taken == []
    assert paused["errors"][0]["path"][0] == "many"
    assert paused["data"]["many"][99]["items"][3] == {"n": 3, "later": 3}
    assert paused["data"]["awaited"][49] == "49"


async def test_an_error_after_a_pause_has_its_path_and_ends_the_list(taken: list[TurnTaking]) -> None:
    answer = await body("{ few { n } strict { later n } other: strict { items { sure } } again: strict { sure } }")
    assert taken
    assert ["strict", 13, "n"] in [error["path"] for error in answer["errors"]]
    assert answer["data"]["again"] is None
    assert len(answer["data"]["other"]) == 100


async def test_between_two_turns_others_run_several_times(monkeypatch: pytest.MonkeyPatch) -> None:
    iterations, granted, next_ = 0, list[int](), Turns._next

    def recorded(self: Turns, loop: asyncio.AbstractEventLoop, pause: int) -> None:
        if not pause:
            granted.append(iterations)
        next_(self, loop, pause)

    monkeypatch.setattr(Turns, "_next", recorded)

    async def count() -> None:
        nonlocal iterations
        while True:
            iterations += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    query = "{ many { " + " ".join(f"a{n}: n" for n in range(5)) + " items { n } } }"
    await body(query)
    counting.cancel()
    assert len(granted) >= 50
    assert iterations >= len(granted) * turns.PAUSE


async def test_a_short_execution_overtakes_long_ones_which_end_one_after_the_other(
    taken: list[TurnTaking],
) -> None:
    server = engine()
    ends: list[str] = []

    async def run(name: str, query: str) -> None:
        await body(query, server)
        ends.append(name)

    long = "{ a: many { n } b: many { n } c: many { n } d: many { n items { n } } }"
    async with asyncio.TaskGroup() as group:
        for name in ("first", "second", "third"):
            group.create_task(run(name, long))
        group.create_task(run("short", "{ many { n } }"))
    assert ends == ["short", "first", "second", "third"]
    assert sum(first is not second for first, second in pairwise(taken)) >= 5, "at first they alternate"


async def test_a_stopped_execution_leaves_no_turns(taken: list[TurnTaking]) -> None:
    server = engine()
    task = asyncio.create_task(body("{ a: many { n } b: many { n } c: many { n } d: many { n } }", server))
    while len(taken) < 3:  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await body("{ many { n } }", server))["data"]["many"][99]["n"] == 99
    for _ in range(50):
        await asyncio.sleep(0)
    assert not server._executor_class.turns._waiting  # type: ignore[attr-defined]
