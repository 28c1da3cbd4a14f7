"""How sockets end, and that nothing is left of them then. `Listening.serve` looks at that after each test."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosedError

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import CloseReason
from tests.graphql_server.subscription_schema import END
from tests.graphql_server.live_server import Client, Listening

SIGNED_OUT = CloseReason(4401, "This session was signed out.")
HEARD = "subscription { heard }"


async def listener(listening: Listening, client: Client) -> None:
    """Somebody who listens to the feed."""
    await client.begin()
    await client.subscribe("a", HEARD)
    await listening.feed.wait_for(1)


@pytest.mark.parametrize("abruptly", [False, True])
async def test_a_client_that_leaves_leaves_nothing_behind(listening: Listening, *, abruptly: bool) -> None:
    async with listening.client() as client:
        await listener(listening, client)
        await client.subscribe("b", "{ hang }")
        await client.subscribe("c", HEARD)
        await listening.feed.wait_for(2)
        if abruptly:
            client.connection.transport.abort()
        else:
            await client.connection.close()
        await listening.quiet()
    assert listening.feed.stopped == ["hang"]
    assert listening.people[0].closed == 1


async def test_whose_session_ended_gets_the_last_events_and_goodbye(listening: Listening) -> None:
    async with listening.client() as client:
        await listener(listening, client)
        listening.people[0].end.set_result(SIGNED_OUT)
        listening.feed.publish("you were signed out")
        listening.feed.publish(END)
        assert (await client.hear())["payload"] == {"data": {"heard": "you were signed out"}}
        assert (await client.hear())["type"] == "complete"
        assert await client.closing() == (4401, "This session was signed out.")
        await listening.quiet()


async def test_a_subscription_that_does_not_end_by_itself_is_ended() -> None:
    async with Listening(ConnectionLimits(drain_seconds=0.1)).serve() as listening, listening.client() as client:
        await listener(listening, client)
        listening.people[0].end.set_result(SIGNED_OUT)
        assert await client.closing() == (4401, "This session was signed out.")
        await listening.quiet()


async def test_a_socket_without_operations_ends_at_once(listening: Listening) -> None:
    async with listening.client() as client:
        await client.begin()
        listening.people[0].end.set_result(SIGNED_OUT)
        assert await client.closing() == (4401, "This session was signed out.")


async def test_nothing_new_begins_during_the_farewell() -> None:
    async with Listening(ConnectionLimits(drain_seconds=0.5)).serve() as listening, listening.client() as client:
        await listener(listening, client)
        listening.people[0].end.set_result(SIGNED_OUT)
        await asyncio.sleep(0)
        await client.subscribe("late", "mutation { change }")
        assert await client.closing() == (4401, "This session was signed out.")
    assert listening.feed.begun == 1, "only the listener's"


async def test_nobody_stays_whose_session_cannot_be_known(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening.client() as client:
        await client.begin()
        listening.people[0].end.set_exception(RuntimeError("the feed is broken"))
        code, reason = await client.closing()
    assert code == 4500
    assert "the feed is broken" in caplog.text
    assert "the feed" not in reason


async def test_after_its_lifetime_a_client_has_to_come_again() -> None:
    async with Listening(ConnectionLimits(lifetime_seconds=0.2)).serve() as listening, listening.client() as client:
        await listener(listening, client)
        assert await client.closing() == (1001, "The connection reached its maximum lifetime. Connect again.")
        await listening.quiet()


def test_lifetimes_differ_and_none_is_for_ever() -> None:
    lifetimes = {ConnectionLimits(lifetime_seconds=100).lifetime() for _ in range(20)}
    assert len(lifetimes) > 1
    assert all(seconds and 90 <= seconds <= 100 for seconds in lifetimes)
    assert ConnectionLimits(lifetime_seconds=0).lifetime() is None


async def test_a_server_that_stops_says_so_and_does_not_wait(caplog: pytest.LogCaptureFixture) -> None:
    async with Listening().serve() as listening, listening.client() as client:
        await listener(listening, client)
        await listening.stop()
        assert (await client.closing())[0] == 1012
    assert "exceeded" not in caplog.text


async def test_a_hurried_end_of_the_server_leaves_nothing_either(listening: Listening) -> None:
    """Its tasks are cancelled, whatever they do."""
    async with listening.client() as client:
        await listener(listening, client)
        assert listening.server is not None
        (task,) = listening.server.server_state.tasks
        task.cancel()
        with pytest.raises(ConnectionClosedError):
            await client.hear()
        await listening.quiet()
