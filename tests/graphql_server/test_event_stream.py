"""Event streams over a real server: how they continue, how they end, and that nothing of them remains afterwards."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import CloseReason
from tests.graphql_server.live_server import TIMEOUT, LiveServer, until
from tests.graphql_server.sse_parser import Event, events_in
from tests.graphql_server.subscription_schema import END

PUBLISHED = "subscription { published }"
SIGNED_OUT = CloseReason(4401, "This session was signed out.")
COMPLETE = ("complete", None)


@asynccontextmanager
async def stream(live_server: LiveServer, query: str = PUBLISHED, **headers: str) -> AsyncIterator[httpx.Response]:
    """The response to a subscription, returned when its headers have arrived."""
    headers["accept"] = "text/event-stream"
    async with (
        live_server.http() as http,
        http.stream("POST", "/graphql", json={"query": query}, headers=headers) as response,
    ):
        yield response


async def rest(response: httpx.Response) -> list[Event]:
    """The events until the stream ends."""
    async with asyncio.timeout(TIMEOUT):
        return [event async for event in events_in(response)]


async def test_events_are_sent_when_they_happen(live_server: LiveServer) -> None:
    async with stream(live_server) as response:
        await live_server.publisher.wait_for(1)
        events = events_in(response)
        for word in ("one", "two"):
            live_server.publisher.publish(word)
            assert await anext(events) == ("next", {"data": {"published": word}})
        live_server.publisher.publish(END)
        assert [event async for event in events] == [COMPLETE]
    await live_server.wait_until_idle()


async def test_a_stream_without_events_is_kept_alive_by_comments() -> None:
    async with (
        LiveServer(ConnectionLimits(keep_alive_seconds=0.05)).serve() as live_server,
        stream(live_server) as response,
    ):
        text = ""
        async for more in response.aiter_text():
            text += more
            if text.count(": alive\n\n") > 3:
                break
        assert text.replace(": alive\n\n", "") == ""


async def test_nothing_remains_of_a_client_that_disconnects(live_server: LiveServer) -> None:
    async with stream(live_server):
        await live_server.publisher.wait_for(1)
    await live_server.wait_until_idle()
    assert live_server.peers[0].closed == 1


async def test_after_the_end_of_its_session_a_stream_gets_the_last_events_and_complete(live_server: LiveServer) -> None:
    async with stream(live_server) as response:
        await live_server.publisher.wait_for(1)
        live_server.peers[0].end.set_result(SIGNED_OUT)
        live_server.publisher.publish("you were signed out")
        live_server.publisher.publish(END)
        assert await rest(response) == [("next", {"data": {"published": "you were signed out"}}), COMPLETE]


async def test_a_subscription_that_does_not_end_by_itself_is_ended() -> None:
    async with LiveServer(ConnectionLimits(drain_seconds=0.1)).serve() as live_server, stream(live_server) as response:
        await live_server.publisher.wait_for(1)
        live_server.peers[0].end.set_result(SIGNED_OUT)
        assert await rest(response) == [COMPLETE]
        await live_server.wait_until_idle()


async def test_a_client_that_should_reconnect_receives_no_complete() -> None:
    come_back = CloseReason(1013, "Events may have been missed.", final=False)
    async with LiveServer(ConnectionLimits(drain_seconds=0.1)).serve() as live_server, stream(live_server) as response:
        await live_server.publisher.wait_for(1)
        live_server.peers[0].end.set_result(come_back)
        assert await rest(response) == []
        await live_server.wait_until_idle()


async def test_a_stream_is_closed_when_its_session_cannot_be_checked(
    live_server: LiveServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with stream(live_server) as response:
        await live_server.publisher.wait_for(1)
        live_server.peers[0].end.set_exception(RuntimeError("the feed is broken"))
        assert await rest(response) == [], "cut: the client comes again, and proves again who it is"
    assert "the feed is broken" in caplog.text


async def test_a_stream_is_cut_after_its_lifetime() -> None:
    """Without `complete`, so that clients reconnect."""
    async with (
        LiveServer(ConnectionLimits(lifetime_seconds=0.2)).serve() as live_server,
        stream(live_server) as response,
    ):
        assert await rest(response) == []
        await live_server.wait_until_idle()


async def test_a_server_that_stops_cuts_its_streams_without_waiting(caplog: pytest.LogCaptureFixture) -> None:
    async with LiveServer().serve() as live_server, stream(live_server) as response:
        await live_server.publisher.wait_for(1)
        stopping = asyncio.create_task(live_server.stop())
        assert await rest(response) == []
        await stopping
    assert "exceeded" not in caplog.text


async def test_a_stream_that_starts_while_the_server_stops_is_cut_too() -> None:
    async with LiveServer().serve() as live_server, live_server.http() as http:
        query = {"query": "subscription { late }"}
        pending = asyncio.create_task(http.post("/graphql", json=query, headers={"accept": "text/event-stream"}))
        await until(lambda: live_server.publisher.started == 1)
        stopping = asyncio.create_task(live_server.stop())
        assert live_server.server is not None
        (connection,) = live_server.server.server_state.connections
        assert isinstance(connection, HttpToolsProtocol)
        await until(lambda: not connection.cycle.keep_alive)
        live_server.publisher.go.set()
        assert (await pending).text == ": alive\n\n"
        await stopping


async def test_streams_and_sockets_share_one_quota() -> None:
    async with LiveServer(ConnectionLimits(max_connections_per_owner=1)).serve() as live_server:
        async with stream(live_server, owner="ana"), live_server.http() as http, live_server.client() as client:
            headers = {"accept": "text/event-stream", "owner": "ana"}
            late = await http.post("/graphql", json={"query": PUBLISHED}, headers=headers)
            assert (late.status_code, late.headers["retry-after"]) == (429, "10")
            assert late.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
            await client.send(type="connection_init", payload={"owner": "ana"})
            assert (await client.close_reason())[0] == 1013
            answer = await http.post("/graphql", json={"query": "{ hello }"}, headers=headers)
            assert answer.status_code == 200, "an operation with one result does not count"
        await live_server.wait_until_idle()
        async with stream(live_server, owner="ana") as response:
            assert response.status_code == 200


async def test_a_server_at_its_limit_accepts_no_more_streams() -> None:
    async with LiveServer(ConnectionLimits(max_connections=1)).serve() as live_server, live_server.client() as client:
        await client.init()
        async with stream(live_server) as late:
            assert (late.status_code, late.headers["retry-after"]) == (503, "1")
        await until(lambda: live_server.publisher.listeners == 0)


@pytest.mark.parametrize("own_protocols", [True, False])
async def test_a_client_that_does_not_read_is_disconnected(
    *, own_protocols: bool, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'{"query": "subscription { flood(size: 65536) }"}'
    head = (
        "POST /graphql HTTP/1.1\r\nhost: minimal.test\r\naccept: text/event-stream\r\nseat: ana\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    async with LiveServer(ConnectionLimits(send_seconds=0.2)).serve(own_protocols=own_protocols) as live_server:
        address, _, port = live_server.address.partition(":")
        with socket.create_connection((address, int(port))) as peer:
            peer.sendall(head.encode() + body)
            await until(lambda: live_server.publisher.stopped == ["flood"] and live_server.quota.reserved == 0)
            assert live_server.server is not None
            assert live_server.quota.count("ana") == 0
            if own_protocols:
                await until(lambda: live_server.server is not None and not live_server.server.server_state.connections)
                assert not caplog.records, "it is the fault of the client"
        await live_server.wait_until_idle()
