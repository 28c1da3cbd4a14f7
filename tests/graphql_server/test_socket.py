"""A WebSocket by graphql-transport-ws: what a client that behaves gets."""

import gc

import pytest

from sessionql.graphql_server.limits.limits import Limits
from tests.graphql_server.subscription_schema import END
from tests.graphql_server.live_server import Context, Listening, tasks, until
from tests.graphql_server.minimal_schema import SECRET


def next_of(id_: str, **data: object) -> dict[str, object]:
    return {"id": id_, "type": "next", "payload": {"data": data}}


async def test_a_subscription_tells_what_happens_until_it_ends(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        await client.subscribe("a", "subscription { heard }")
        await listening.feed.wait_for(1)
        for word in ("one", "two", END):
            listening.feed.publish(word)
        assert [await client.hear() for _ in range(3)] == [
            next_of("a", heard="one"),
            next_of("a", heard="two"),
            {"id": "a", "type": "complete"},
        ]


@pytest.mark.parametrize(("query", "data"), [("{ hello }", {"hello": "world"}), ("mutation { change }", {"change": 1})])
async def test_queries_and_mutations_have_one_answer(listening: Listening, query: str, data: dict[str, object]) -> None:
    async with listening.client() as client:
        await client.begin()
        assert await client.ask(query) == [next_of("only", **data), {"id": "only", "type": "complete"}]


async def test_operations_are_there_at_once_and_answers_say_whose_they_are(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        for id_ in ("a", "b"):
            await client.subscribe(id_, "subscription { heard }")
        await listening.feed.wait_for(2)
        assert await client.ask("{ hello }") == [next_of("only", hello="world"), {"id": "only", "type": "complete"}]
        listening.feed.publish("news")
        assert sorted([(await client.hear())["id"] for _ in range(2)]) == ["a", "b"]


async def test_variables_and_names_are_taken(listening: Listening) -> None:
    document = "subscription Up($to: Int!) { count(to: $to) } query Other { hello }"
    async with listening.client() as client:
        await client.begin()
        payload = {"query": document, "operationName": "Up", "variables": {"to": 2}, "extensions": {}}
        await client.say(type="subscribe", id="a", payload=payload)
        assert [await client.hear() for _ in range(3)] == [
            next_of("a", count=1),
            next_of("a", count=2),
            {"id": "a", "type": "complete"},
        ]


async def test_complete_stops_an_operation_and_frees_its_id(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        for round_ in range(1, 4):
            await client.subscribe("a", "subscription { heard }")
            await listening.feed.wait_for(1)
            await client.say(type="complete", id="a")
            await listening.feed.wait_for(0)
            assert listening.feed.begun == round_
        listening.feed.publish("nobody hears this")
        assert await client.ask("{ hello }") == [next_of("only", hello="world"), {"id": "only", "type": "complete"}]


async def test_complete_stops_a_query_that_takes_its_time(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        await client.subscribe("a", "{ hang }")
        await until(lambda: listening.feed.begun == 1)
        await client.say(type="complete", id="a")
        await until(lambda: listening.feed.stopped == ["hang"])
        assert (await client.ask("{ hello }"))[0] == next_of("only", hello="world")


async def test_completing_what_is_not_there_changes_nothing(listening: Listening) -> None:
    async with listening.client() as client:
        await client.say(type="complete", id="before the beginning")
        await client.begin()
        await client.say(type="complete", id="never was")
        assert (await client.ask("{ hello }"))[0] == next_of("only", hello="world")


async def test_pings_are_answered_at_any_time_and_pongs_are_not(listening: Listening) -> None:
    async with listening.client() as client:
        await client.say(type="ping")
        assert await client.hear() == {"type": "pong"}
        await client.begin()
        await client.say(type="pong", payload={"late": True})
        await client.say(type="ping", payload={"at": 7})
        assert await client.hear() == {"type": "pong", "payload": {"at": 7}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nowhere }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription A { heard } subscription B { heard }", "BAD_USER_INPUT"),
        ("subscription ($to: Int!) { count(to: $to) }", "BAD_USER_INPUT"),
        ("{ a: hello b: hello c: hello }", "TOO_MANY_ALIASES"),
        ("subscription { refused }", "FORBIDDEN"),
        ("subscription { broken }", "INTERNAL_SERVER_ERROR"),
        ("subscription { never }", "EXECUTION_TIMEOUT"),
    ],
)
async def test_what_cannot_begin_is_an_error_and_the_socket_stays(query: str, code: str) -> None:
    async with Listening(documents=Limits(aliases=2, seconds=0.2)).serve() as listening, listening.client() as client:
        await client.begin()
        (error,) = await client.ask(query)
        assert (error["id"], error["type"]) == ("only", "error")
        assert [each["extensions"]["code"] for each in error["payload"]] == [code]
        assert SECRET not in str(error)
        assert (await client.ask("{ hello }"))[0] == next_of("only", hello="world")


async def test_errors_of_an_event_come_with_it_and_the_next_event_too(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        await client.subscribe("a", "subscription { heard }")
        await listening.feed.wait_for(1)
        for word in ("boom", "refuse", "fine"):
            listening.feed.publish(word)
        payloads = [(await client.hear())["payload"] for _ in range(3)]
        assert [payload["data"]["heard"] for payload in payloads] == [None, None, "fine"]
        codes = [payload["errors"][0]["extensions"]["code"] for payload in payloads[:2]]
        assert codes == ["INTERNAL_SERVER_ERROR", "FORBIDDEN"]
        assert payloads[1]["errors"][0]["message"] == "You may not know this."
        assert SECRET not in str(payloads)


async def test_an_event_may_not_take_for_ever_but_the_subscription_may() -> None:
    async with Listening(documents=Limits(seconds=0.2)).serve() as listening, listening.client() as client:
        await client.begin()
        await client.subscribe("a", "subscription { heard }")
        await listening.feed.wait_for(1)
        listening.feed.publish("hang")
        listening.feed.publish("fine")
        late = (await client.hear())["payload"]
        assert (late["data"], late["errors"][0]["extensions"]["code"]) == (None, "EXECUTION_TIMEOUT")
        assert await client.hear() == next_of("a", heard="fine")
        assert listening.feed.stopped == ["hang"]


async def test_a_source_that_fails_ends_its_subscription_and_no_other(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        await client.subscribe("a", "subscription { heard }")
        await listening.feed.wait_for(1)
        listening.feed.publish(RuntimeError(SECRET))
        error = await client.hear()
        assert (error["id"], error["type"]) == ("a", "error")
        assert error["payload"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
        assert SECRET not in str(error)
        await client.subscribe("a", "subscription { heard }")
        await listening.feed.wait_for(1)
        listening.feed.publish("again")
        assert await client.hear() == next_of("a", heard="again")


async def test_a_source_that_somebody_cancelled_has_failed_too(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        first, error = await client.ask("subscription { cancelled }")
        assert first == next_of("only", cancelled=1)
        assert (error["type"], error["payload"][0]["extensions"]["code"]) == ("error", "INTERNAL_SERVER_ERROR")
        assert (await client.ask("{ hello }"))[0] == next_of("only", hello="world")


async def test_what_cannot_be_written_is_an_error_of_its_operation(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        (error,) = await client.ask("{ huge }")
        assert error["payload"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert (await client.ask("{ hello }"))[0] == next_of("only", hello="world")


async def test_who_asks_is_looked_up_for_every_operation(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin(who="ana")
        assert (await client.ask("{ who }"))[0] == next_of("only", who="ana")
        listening.people[0].who = "revoked"
        (error,) = await client.ask("subscription { heard }")
        assert error["payload"] == [{"message": "Who are you?", "extensions": {"code": "UNAUTHENTICATED"}}]
        assert listening.feed.begun == 0


async def test_a_thousand_operations_in_turn_leave_nothing(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        before = tasks()
        for _ in range(1_000):
            assert len(await client.ask("subscription { count(to: 1) }")) == 2
        await until(lambda: tasks() <= before)
        gc.collect()
        assert len(Context.alive) == 0
