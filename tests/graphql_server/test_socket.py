"""graphql-transport-ws for a client that keeps to the protocol."""

import gc

import pytest

from sessionql.graphql_server.limits.limits import Limits
from tests.graphql_server.live_server import Context, LiveServer, tasks, until
from tests.graphql_server.minimal_schema import SECRET
from tests.graphql_server.subscription_schema import END


def next_of(id_: str, **data: object) -> dict[str, object]:
    return {"id": id_, "type": "next", "payload": {"data": data}}


async def test_a_subscription_sends_events_until_it_ends(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        await client.subscribe("a", "subscription { published }")
        await live_server.publisher.wait_for(1)
        for word in ("one", "two", END):
            live_server.publisher.publish(word)
        assert [await client.receive() for _ in range(3)] == [
            next_of("a", published="one"),
            next_of("a", published="two"),
            {"id": "a", "type": "complete"},
        ]


@pytest.mark.parametrize(("query", "data"), [("{ hello }", {"hello": "world"}), ("mutation { change }", {"change": 1})])
async def test_queries_and_mutations_have_one_result(
    live_server: LiveServer, query: str, data: dict[str, object]
) -> None:
    async with live_server.client() as client:
        await client.init()
        assert await client.execute(query) == [next_of("only", **data), {"id": "only", "type": "complete"}]


async def test_operations_run_concurrently_and_results_have_their_id(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        for id_ in ("a", "b"):
            await client.subscribe(id_, "subscription { published }")
        await live_server.publisher.wait_for(2)
        assert await client.execute("{ hello }") == [next_of("only", hello="world"), {"id": "only", "type": "complete"}]
        live_server.publisher.publish("an event")
        assert sorted([(await client.receive())["id"] for _ in range(2)]) == ["a", "b"]


async def test_variables_and_operation_names_are_accepted(live_server: LiveServer) -> None:
    document = "subscription Up($to: Int!) { count(to: $to) } query Other { hello }"
    async with live_server.client() as client:
        await client.init()
        payload = {"query": document, "operationName": "Up", "variables": {"to": 2}, "extensions": {}}
        await client.send(type="subscribe", id="a", payload=payload)
        assert [await client.receive() for _ in range(3)] == [
            next_of("a", count=1),
            next_of("a", count=2),
            {"id": "a", "type": "complete"},
        ]


async def test_complete_stops_an_operation_and_frees_its_id(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        for round_ in range(1, 4):
            await client.subscribe("a", "subscription { published }")
            await live_server.publisher.wait_for(1)
            await client.send(type="complete", id="a")
            await live_server.publisher.wait_for(0)
            assert live_server.publisher.started == round_
        live_server.publisher.publish("not received")
        assert await client.execute("{ hello }") == [next_of("only", hello="world"), {"id": "only", "type": "complete"}]


async def test_complete_stops_a_slow_query(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        await client.subscribe("a", "{ hang }")
        await until(lambda: live_server.publisher.started == 1)
        await client.send(type="complete", id="a")
        await until(lambda: live_server.publisher.stopped == ["hang"])
        assert (await client.execute("{ hello }"))[0] == next_of("only", hello="world")


async def test_complete_for_an_unknown_id_changes_nothing(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.send(type="complete", id="before the beginning")
        await client.init()
        await client.send(type="complete", id="never was")
        assert (await client.execute("{ hello }"))[0] == next_of("only", hello="world")


async def test_pings_are_answered_at_any_time_and_pongs_are_not(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.send(type="ping")
        assert await client.receive() == {"type": "pong"}
        await client.init()
        await client.send(type="pong", payload={"late": True})
        await client.send(type="ping", payload={"at": 7})
        assert await client.receive() == {"type": "pong", "payload": {"at": 7}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nowhere }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription A { published } subscription B { published }", "BAD_USER_INPUT"),
        ("subscription ($to: Int!) { count(to: $to) }", "BAD_USER_INPUT"),
        ("{ a: hello b: hello c: hello }", "TOO_MANY_ALIASES"),
        ("subscription { rejected }", "FORBIDDEN"),
        ("subscription { broken }", "INTERNAL_SERVER_ERROR"),
        ("subscription { never }", "EXECUTION_TIMEOUT"),
    ],
)
async def test_what_cannot_start_is_an_error_and_the_socket_remains(query: str, code: str) -> None:
    async with (
        LiveServer(documents=Limits(aliases=2, seconds=0.2)).serve() as live_server,
        live_server.client() as client,
    ):
        await client.init()
        (error,) = await client.execute(query)
        assert (error["id"], error["type"]) == ("only", "error")
        assert [each["extensions"]["code"] for each in error["payload"]] == [code]
        assert SECRET not in str(error)
        assert (await client.execute("{ hello }"))[0] == next_of("only", hello="world")


async def test_errors_of_an_event_are_sent_with_it_and_the_next_event_follows(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        await client.subscribe("a", "subscription { published }")
        await live_server.publisher.wait_for(1)
        for word in ("boom", "reject", "fine"):
            live_server.publisher.publish(word)
        payloads = [(await client.receive())["payload"] for _ in range(3)]
        assert [payload["data"]["published"] for payload in payloads] == [None, None, "fine"]
        codes = [payload["errors"][0]["extensions"]["code"] for payload in payloads[:2]]
        assert codes == ["INTERNAL_SERVER_ERROR", "FORBIDDEN"]
        assert payloads[1]["errors"][0]["message"] == "You may not know this."
        assert SECRET not in str(payloads)


async def test_an_event_has_a_timeout_and_a_subscription_has_none() -> None:
    async with LiveServer(documents=Limits(seconds=0.2)).serve() as live_server, live_server.client() as client:
        await client.init()
        await client.subscribe("a", "subscription { published }")
        await live_server.publisher.wait_for(1)
        live_server.publisher.publish("hang")
        live_server.publisher.publish("fine")
        late = (await client.receive())["payload"]
        assert (late["data"], late["errors"][0]["extensions"]["code"]) == (None, "EXECUTION_TIMEOUT")
        assert await client.receive() == next_of("a", published="fine")
        assert live_server.publisher.stopped == ["hang"]


async def test_a_source_that_fails_ends_its_subscription_and_no_other(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        await client.subscribe("a", "subscription { published }")
        await live_server.publisher.wait_for(1)
        live_server.publisher.publish(RuntimeError(SECRET))
        error = await client.receive()
        assert (error["id"], error["type"]) == ("a", "error")
        assert error["payload"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
        assert SECRET not in str(error)
        await client.subscribe("a", "subscription { published }")
        await live_server.publisher.wait_for(1)
        live_server.publisher.publish("again")
        assert await client.receive() == next_of("a", published="again")


async def test_a_source_that_was_cancelled_from_outside_has_failed_too(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        first, error = await client.execute("subscription { cancelled }")
        assert first == next_of("only", cancelled=1)
        assert (error["type"], error["payload"][0]["extensions"]["code"]) == ("error", "INTERNAL_SERVER_ERROR")
        assert (await client.execute("{ hello }"))[0] == next_of("only", hello="world")


async def test_a_result_that_cannot_be_serialised_is_an_error_of_its_operation(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        (error,) = await client.execute("{ huge }")
        assert error["payload"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert (await client.execute("{ hello }"))[0] == next_of("only", hello="world")


async def test_every_operation_is_authenticated_again(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init(who="ana")
        assert (await client.execute("{ who }"))[0] == next_of("only", who="ana")
        live_server.peers[0].who = "revoked"
        (error,) = await client.execute("subscription { published }")
        assert error["payload"] == [{"message": "Who are you?", "extensions": {"code": "UNAUTHENTICATED"}}]
        assert live_server.publisher.started == 0


async def test_nothing_remains_of_a_thousand_operations(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        before = tasks()
        for _ in range(1_000):
            assert len(await client.execute("subscription { count(to: 1) }")) == 2
        await until(lambda: tasks() <= before)
        gc.collect()
        assert len(Context.alive) == 0
