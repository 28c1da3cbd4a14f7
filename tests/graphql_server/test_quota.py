"""Quotas of one client, and that slow clients do not affect others."""

from contextlib import AsyncExitStack

import pytest

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import CloseReason, ConnectionRejected
from sessionql.graphql_server.connections.quota import ConnectionQuota
from tests.graphql_server.live_server import LiveServer, until

PUBLISHED = "subscription { published }"
SERVER_FULL = (1013, "The server has too many connections. Try again later.")
FULL = (1013, "You have too many connections. Close one, or try again later.")


async def test_an_owner_has_its_own_quota_of_connections() -> None:
    async with (
        LiveServer(ConnectionLimits(max_connections_per_owner=1)).serve() as live_server,
        live_server.client() as one,
        live_server.client() as another,
        live_server.client() as ben,
        live_server.client() as unauthenticated,
    ):
        await one.init(owner="ana")
        await another.send(type="connection_init", payload={"owner": "ana"})
        assert await another.close_reason() == FULL
        await ben.init(owner="ben")
        await unauthenticated.init()
        assert (await one.execute("{ hello }"))[-1]["type"] == "complete"


async def test_unauthenticated_sockets_take_no_slot_of_authenticated_ones() -> None:
    async with LiveServer(ConnectionLimits(max_connections=2)).serve() as live_server:
        async with AsyncExitStack() as stack:
            for _ in range(10):
                await stack.enter_async_context(live_server.client())
            async with live_server.client() as one, live_server.client() as two:
                await one.init()
                await two.init()
                late = await stack.enter_async_context(live_server.client())
                await late.send(type="connection_init")
                assert await late.close_reason() == SERVER_FULL
        await live_server.wait_until_idle()
        async with live_server.client() as again:
            await again.init()


@pytest.mark.parametrize(
    "limits", [ConnectionLimits(max_unauthenticated=3), ConnectionLimits(max_unauthenticated_per_network=3)]
)
async def test_of_too_many_unauthenticated_sockets_the_oldest_is_closed(limits: ConnectionLimits) -> None:
    async with LiveServer(limits).serve() as live_server, AsyncExitStack() as stack:
        authenticated = await (await stack.enter_async_context(live_server.client())).init()
        silent = [await stack.enter_async_context(live_server.client()) for _ in range(20)]
        honest = await (await stack.enter_async_context(live_server.client())).init()
        for client in silent[:17]:
            assert await client.close_reason() == (
                1013,
                "Too many connections have not sent connection_init. Connect again.",
            )
        for client in (*silent[18:], honest, authenticated):
            await client.send(type="ping")
            assert await client.receive() == {"type": "pong"}
        assert len(live_server.quota.unauthenticated) == 2


async def test_a_socket_whose_authentication_takes_long_is_not_closed_for_others() -> None:
    """When many clients connect again at the same time, they all continue."""
    async with LiveServer(ConnectionLimits(max_unauthenticated=1)).serve() as live_server:
        async with live_server.client() as slow:
            await slow.send(type="connection_init", payload={"who": "never"})
            await until(lambda: len(live_server.quota.unauthenticated) == 0)
            async with live_server.client() as silent, live_server.client() as client:
                await client.init()
                assert (await silent.close_reason())[0] == 1013
            assert slow.connection.close_code is None
            live_server.may_authenticate.set()
            assert await slow.receive() == {"type": "connection_ack"}
        await live_server.wait_until_idle()


@pytest.mark.parametrize("how", ["leave", "malformed", "ended", "rejected", "twice"])
async def test_a_connection_is_released_however_it_ends(how: str) -> None:
    async with LiveServer(ConnectionLimits(max_connections_per_owner=1)).serve() as live_server:
        for _ in range(3):
            async with live_server.client() as client:
                if how == "rejected":
                    await client.send(type="connection_init", payload={"owner": "ana", "who": "blocked"})
                else:
                    await client.init(owner="ana")
                    await client.subscribe("a", PUBLISHED)
                    await live_server.publisher.wait_for(1)
                if how == "malformed":
                    await client.connection.send("{")
                elif how == "ended":
                    live_server.peers[-1].end.set_result(CloseReason(4401, "out"))
                    live_server.publisher.publish(RuntimeError("end"))
                elif how == "twice":
                    await client.subscribe("a", PUBLISHED)
                if how != "leave":
                    await client.connection.wait_closed()
            await live_server.wait_until_idle()
        assert live_server.quota.count("ana") == 0


async def test_operations_beyond_the_limit_are_rejected_and_the_socket_remains() -> None:
    async with LiveServer(ConnectionLimits(max_operations=2)).serve() as live_server, live_server.client() as client:
        await client.init()
        for id_ in ("a", "b", "c"):
            await client.subscribe(id_, PUBLISHED)
        error = await client.receive()
        assert (error["id"], error["type"]) == ("c", "error")
        assert error["payload"][0]["extensions"] == {"code": "TOO_MANY_OPERATIONS"}
        assert "at most 2 operations" in error["payload"][0]["message"]
        await client.send(type="complete", id="a")
        await live_server.publisher.wait_for(1)
        assert (await client.execute("{ hello }"))[-1]["type"] == "complete"


async def test_a_message_may_be_as_large_as_a_body() -> None:
    async with (
        LiveServer(ConnectionLimits(max_message_bytes=500)).serve() as live_server,
        live_server.client() as client,
    ):
        await client.init()
        await client.subscribe("a", "{ hello }" + " " * 400)
        assert [(await client.receive())["type"] for _ in range(2)] == ["next", "complete"]
        await client.subscribe("a", "{ hello }" + " " * 500)
        assert await client.close_reason() == (4400, "A message has at most 500 bytes.")


async def test_other_clients_receive_their_events_meanwhile() -> None:
    async with (
        LiveServer(ConnectionLimits(send_seconds=5)).serve() as live_server,
        live_server.client(max_queue=1) as slow,
        live_server.client() as quick,
    ):
        await slow.init()
        await slow.subscribe("a", "subscription { flood(size: 65536) }")
        await quick.init()
        for _ in range(20):
            assert (await quick.execute("{ hello }"))[-1]["type"] == "complete"
        slow.connection.transport.abort()


async def test_a_slow_client_that_reads_receives_everything(live_server: LiveServer) -> None:
    async with live_server.client(max_queue=1) as client:
        await client.init()
        await client.subscribe("a", "subscription { flood(size: 65536) }")
        for _ in range(200):
            assert len((await client.receive())["payload"]["data"]["flood"]) == 65536


def test_the_quota_counts_each_owner_and_removes_disconnected_ones() -> None:
    connections = ConnectionQuota(ConnectionLimits(max_connections=3, max_connections_per_owner=1))
    one, two = connections.claim("ana"), connections.claim("ben")
    with pytest.raises(ConnectionRejected):
        connections.claim("ana")
    two.release()
    two.release()
    assert (connections.reserved, connections.count("ana"), connections.count("ben")) == (1, 1, 0)
    one.release()
    assert (connections.reserved, connections.count("ana")) == (0, 0)
