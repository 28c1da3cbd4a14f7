"""How sockets end, and that nothing of them remains. `LiveServer.serve` checks this after each test."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosedError

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import CloseReason
from tests.graphql_server.live_server import LiveServer, SocketClient
from tests.graphql_server.subscription_schema import END

SIGNED_OUT = CloseReason(4401, "This session was signed out.")
PUBLISHED = "subscription { published }"


async def listener(live_server: LiveServer, client: SocketClient) -> None:
    """A subscriber of the publisher."""
    await client.init()
    await client.subscribe("a", PUBLISHED)
    await live_server.publisher.wait_for(1)


@pytest.mark.parametrize("abruptly", [False, True])
async def test_nothing_remains_of_a_client_that_disconnects(live_server: LiveServer, *, abruptly: bool) -> None:
    async with live_server.client() as client:
        await listener(live_server, client)
        await client.subscribe("b", "{ hang }")
        await client.subscribe("c", PUBLISHED)
        await live_server.publisher.wait_for(2)
        if abruptly:
            client.connection.transport.abort()
        else:
            await client.connection.close()
        await live_server.wait_until_idle()
    assert live_server.publisher.stopped == ["hang"]
    assert live_server.peers[0].closed == 1


async def test_after_the_end_of_its_session_a_socket_gets_the_last_events_and_is_closed(
    live_server: LiveServer,
) -> None:
    async with live_server.client() as client:
        await listener(live_server, client)
        live_server.peers[0].end.set_result(SIGNED_OUT)
        live_server.publisher.publish("you were signed out")
        live_server.publisher.publish(END)
        assert (await client.receive())["payload"] == {"data": {"published": "you were signed out"}}
        assert (await client.receive())["type"] == "complete"
        assert await client.close_reason() == (4401, "This session was signed out.")
        await live_server.wait_until_idle()


async def test_a_subscription_that_does_not_end_by_itself_is_ended() -> None:
    async with LiveServer(ConnectionLimits(drain_seconds=0.1)).serve() as live_server, live_server.client() as client:
        await listener(live_server, client)
        live_server.peers[0].end.set_result(SIGNED_OUT)
        assert await client.close_reason() == (4401, "This session was signed out.")
        await live_server.wait_until_idle()


async def test_a_socket_without_operations_is_closed_at_once(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        live_server.peers[0].end.set_result(SIGNED_OUT)
        assert await client.close_reason() == (4401, "This session was signed out.")


async def test_no_operation_starts_while_the_socket_is_closing() -> None:
    async with LiveServer(ConnectionLimits(drain_seconds=0.5)).serve() as live_server, live_server.client() as client:
        await listener(live_server, client)
        live_server.peers[0].end.set_result(SIGNED_OUT)
        await asyncio.sleep(0)
        await client.subscribe("late", "mutation { change }")
        assert await client.close_reason() == (4401, "This session was signed out.")
    assert live_server.publisher.started == 1, "only the listener's"


async def test_a_socket_is_closed_when_its_session_cannot_be_checked(
    live_server: LiveServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with live_server.client() as client:
        await client.init()
        live_server.peers[0].end.set_exception(RuntimeError("the feed is broken"))
        code, reason = await client.close_reason()
    assert code == 4500
    assert "the feed is broken" in caplog.text
    assert "the feed" not in reason


async def test_after_its_lifetime_a_socket_must_reconnect() -> None:
    async with (
        LiveServer(ConnectionLimits(lifetime_seconds=0.2)).serve() as live_server,
        live_server.client() as client,
    ):
        await listener(live_server, client)
        assert await client.close_reason() == (1001, "The connection reached its maximum lifetime. Connect again.")
        await live_server.wait_until_idle()


def test_lifetimes_are_random_and_limited() -> None:
    lifetimes = {ConnectionLimits(lifetime_seconds=100).lifetime() for _ in range(20)}
    assert len(lifetimes) > 1
    assert all(seconds and 90 <= seconds <= 100 for seconds in lifetimes)
    assert ConnectionLimits(lifetime_seconds=0).lifetime() is None


async def test_a_server_that_stops_closes_its_sockets_without_waiting(caplog: pytest.LogCaptureFixture) -> None:
    async with LiveServer().serve() as live_server, live_server.client() as client:
        await listener(live_server, client)
        await live_server.stop()
        assert (await client.close_reason())[0] == 1012
    assert "exceeded" not in caplog.text


async def test_nothing_remains_after_a_forced_stop(live_server: LiveServer) -> None:
    """The tasks of the server are cancelled."""
    async with live_server.client() as client:
        await listener(live_server, client)
        assert live_server.server is not None
        (task,) = live_server.server.server_state.tasks
        task.cancel()
        with pytest.raises(ConnectionClosedError):
            await client.receive()
        await live_server.wait_until_idle()
