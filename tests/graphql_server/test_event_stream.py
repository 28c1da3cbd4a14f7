"""Streams over a real server: how they go on, how they end, and that nothing is left of them then."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import CloseReason
from tests.graphql_server.sse_parser import Event, events_in
from tests.graphql_server.subscription_schema import END
from tests.graphql_server.live_server import PATIENCE, Listening, until

HEARD = "subscription { heard }"
SIGNED_OUT = CloseReason(4401, "This session was signed out.")
COMPLETE = ("complete", None)


@asynccontextmanager
async def stream(listening: Listening, query: str = HEARD, **headers: str) -> AsyncIterator[httpx.Response]:
    """The response to a subscription, when its headers are there."""
    headers["accept"] = "text/event-stream"
    async with (
        listening.http() as http,
        http.stream("POST", "/graphql", json={"query": query}, headers=headers) as response,
    ):
        yield response


async def rest(response: httpx.Response) -> list[Event]:
    """What comes until the stream ends."""
    async with asyncio.timeout(PATIENCE):
        return [event async for event in events_in(response)]


async def test_events_come_when_they_happen(listening: Listening) -> None:
    async with stream(listening) as response:
        await listening.feed.wait_for(1)
        events = events_in(response)
        for word in ("one", "two"):
            listening.feed.publish(word)
            assert await anext(events) == ("next", {"data": {"heard": word}})
        listening.feed.publish(END)
        assert [event async for event in events] == [COMPLETE]
    await listening.quiet()


async def test_a_stream_on_which_nothing_happens_is_kept_alive() -> None:
    async with Listening(ConnectionLimits(keep_alive_seconds=0.05)).serve() as listening, stream(listening) as response:
        text = ""
        async for more in response.aiter_text():
            text += more
            if text.count(": alive\n\n") > 3:
                break
        assert text.replace(": alive\n\n", "") == ""


async def test_a_client_that_leaves_leaves_nothing_behind(listening: Listening) -> None:
    async with stream(listening):
        await listening.feed.wait_for(1)
    await listening.quiet()
    assert listening.people[0].closed == 1


async def test_whose_session_ended_gets_the_last_events_and_complete(listening: Listening) -> None:
    async with stream(listening) as response:
        await listening.feed.wait_for(1)
        listening.people[0].end.set_result(SIGNED_OUT)
        listening.feed.publish("you were signed out")
        listening.feed.publish(END)
        assert await rest(response) == [("next", {"data": {"heard": "you were signed out"}}), COMPLETE]


async def test_a_subscription_that_does_not_end_by_itself_is_ended() -> None:
    async with Listening(ConnectionLimits(drain_seconds=0.1)).serve() as listening, stream(listening) as response:
        await listening.feed.wait_for(1)
        listening.people[0].end.set_result(SIGNED_OUT)
        assert await rest(response) == [COMPLETE]
        await listening.quiet()


async def test_whoever_is_to_come_back_is_not_told_that_this_is_all() -> None:
    come_back = CloseReason(1013, "Events may have been missed.", final=False)
    async with Listening(ConnectionLimits(drain_seconds=0.1)).serve() as listening, stream(listening) as response:
        await listening.feed.wait_for(1)
        listening.people[0].end.set_result(come_back)
        assert await rest(response) == []
        await listening.quiet()


async def test_nobody_stays_whose_session_cannot_be_known(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    async with stream(listening) as response:
        await listening.feed.wait_for(1)
        listening.people[0].end.set_exception(RuntimeError("the feed is broken"))
        assert await rest(response) == [], "cut: the client comes again, and proves again who it is"
    assert "the feed is broken" in caplog.text


async def test_after_its_lifetime_a_stream_is_cut() -> None:
    """Without `complete`, so that clients connect again."""
    async with Listening(ConnectionLimits(lifetime_seconds=0.2)).serve() as listening, stream(listening) as response:
        assert await rest(response) == []
        await listening.quiet()


async def test_a_server_that_stops_cuts_its_streams_and_does_not_wait(caplog: pytest.LogCaptureFixture) -> None:
    async with Listening().serve() as listening, stream(listening) as response:
        await listening.feed.wait_for(1)
        stopping = asyncio.create_task(listening.stop())
        assert await rest(response) == []
        await stopping
    assert "exceeded" not in caplog.text


async def test_a_stream_that_begins_while_the_server_stops_is_cut_too() -> None:
    async with Listening().serve() as listening, listening.http() as http:
        query = {"query": "subscription { late }"}
        asking = asyncio.create_task(http.post("/graphql", json=query, headers={"accept": "text/event-stream"}))
        await until(lambda: listening.feed.begun == 1)
        stopping = asyncio.create_task(listening.stop())
        assert listening.server is not None
        (connection,) = listening.server.server_state.connections
        assert isinstance(connection, HttpToolsProtocol)
        await until(lambda: not connection.cycle.keep_alive)
        listening.feed.go.set()
        assert (await asking).text == ": alive\n\n"
        await stopping


async def test_seats_are_those_of_sockets_too() -> None:
    async with Listening(ConnectionLimits(max_connections_per_owner=1)).serve() as listening:
        async with stream(listening, seat="ana"), listening.http() as http, listening.client() as client:
            headers = {"accept": "text/event-stream", "seat": "ana"}
            late = await http.post("/graphql", json={"query": HEARD}, headers=headers)
            assert (late.status_code, late.headers["retry-after"]) == (429, "10")
            assert late.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
            await client.say(type="connection_init", payload={"seat": "ana"})
            assert (await client.closing())[0] == 1013
            answer = await http.post("/graphql", json={"query": "{ hello }"}, headers=headers)
            assert answer.status_code == 200, "what has one answer needs no seat"
        await listening.quiet()
        async with stream(listening, seat="ana") as response:
            assert response.status_code == 200


async def test_a_full_server_has_no_more_streams() -> None:
    async with Listening(ConnectionLimits(max_connections=1)).serve() as listening, listening.client() as client:
        await client.begin()
        async with stream(listening) as late:
            assert (late.status_code, late.headers["retry-after"]) == (503, "1")
        await until(lambda: listening.feed.listeners == 0)


@pytest.mark.parametrize("wired", [True, False])
async def test_a_client_that_does_not_read_is_dropped(*, wired: bool, caplog: pytest.LogCaptureFixture) -> None:
    body = b'{"query": "subscription { flood(size: 65536) }"}'
    head = (
        "POST /graphql HTTP/1.1\r\nhost: plain.test\r\naccept: text/event-stream\r\nseat: ana\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    async with Listening(ConnectionLimits(send_seconds=0.2)).serve(wired=wired) as listening:
        address, _, port = listening.address.partition(":")
        with socket.create_connection((address, int(port))) as peer:
            peer.sendall(head.encode() + body)
            await until(lambda: listening.feed.stopped == ["flood"] and listening.seats.reserved == 0)
            assert listening.server is not None
            assert listening.seats.count("ana") == 0
            if wired:
                await until(lambda: listening.server is not None and not listening.server.server_state.connections)
                assert not caplog.records, "it is nobody's fault but its own"
        await listening.quiet()
