"""How much of a server one client may have, and that slow ones do not keep it."""

import pytest

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import CloseReason, ConnectionRejected
from sessionql.graphql_server.connections.quota import ConnectionQuota
from tests.graphql_server.live_server import Listening

HEARD = "subscription { heard }"
FULL = (1013, "You have too many connections. Close one, or try again later.")


async def test_a_holder_has_so_many_seats_and_others_have_theirs() -> None:
    async with (
        Listening(ConnectionLimits(max_connections_per_owner=1)).serve() as listening,
        listening.client() as one,
        listening.client() as another,
        listening.client() as somebody,
        listening.client() as nobody,
    ):
        await one.begin(seat="ana")
        await another.say(type="connection_init", payload={"seat": "ana"})
        assert await another.closing() == FULL
        await somebody.begin(seat="ben")
        await nobody.begin()
        assert (await one.ask("{ hello }"))[-1]["type"] == "complete"


async def test_a_server_has_so_many_places_and_counts_those_who_have_not_said_who_they_are() -> None:
    async with Listening(ConnectionLimits(max_connections=2)).serve() as listening:
        async with listening.client() as one, listening.client():
            await one.begin()
            async with listening.client() as late:
                assert await late.closing() == (1013, "The server has too many connections. Try again later.")
        await listening.quiet()
        async with listening.client() as again:
            await again.begin()


@pytest.mark.parametrize("how", ["leave", "malformed", "ended", "refused", "twice"])
async def test_a_seat_is_given_back_whatever_the_end(how: str) -> None:
    async with Listening(ConnectionLimits(max_connections_per_owner=1)).serve() as listening:
        for _ in range(3):
            async with listening.client() as client:
                if how == "refused":
                    await client.say(type="connection_init", payload={"seat": "ana", "who": "stranger"})
                else:
                    await client.begin(seat="ana")
                    await client.subscribe("a", HEARD)
                    await listening.feed.wait_for(1)
                if how == "malformed":
                    await client.connection.send("{")
                elif how == "ended":
                    listening.people[-1].end.set_result(CloseReason(4401, "out"))
                    listening.feed.publish(RuntimeError("end"))
                elif how == "twice":
                    await client.subscribe("a", HEARD)
                if how != "leave":
                    await client.connection.wait_closed()
            await listening.quiet()
        assert listening.seats.count("ana") == 0


async def test_operations_beyond_the_limit_are_refused_and_the_socket_stays() -> None:
    async with Listening(ConnectionLimits(max_operations=2)).serve() as listening, listening.client() as client:
        await client.begin()
        for id_ in ("a", "b", "c"):
            await client.subscribe(id_, HEARD)
        error = await client.hear()
        assert (error["id"], error["type"]) == ("c", "error")
        assert error["payload"][0]["extensions"] == {"code": "TOO_MANY_OPERATIONS"}
        assert "at most 2 operations" in error["payload"][0]["message"]
        await client.say(type="complete", id="a")
        await listening.feed.wait_for(1)
        assert (await client.ask("{ hello }"))[-1]["type"] == "complete"


async def test_a_message_may_be_as_large_as_a_body() -> None:
    async with Listening(ConnectionLimits(max_message_bytes=500)).serve() as listening, listening.client() as client:
        await client.begin()
        await client.subscribe("a", "{ hello }" + " " * 400)
        assert [(await client.hear())["type"] for _ in range(2)] == ["next", "complete"]
        await client.subscribe("a", "{ hello }" + " " * 500)
        assert await client.closing() == (4400, "A message has at most 500 bytes.")


async def test_others_get_theirs_meanwhile() -> None:
    async with (
        Listening(ConnectionLimits(send_seconds=5)).serve() as listening,
        listening.client(max_queue=1) as slow,
        listening.client() as quick,
    ):
        await slow.begin()
        await slow.subscribe("a", "subscription { flood(size: 65536) }")
        await quick.begin()
        for _ in range(20):
            assert (await quick.ask("{ hello }"))[-1]["type"] == "complete"
        slow.connection.transport.abort()


async def test_a_slow_reader_that_reads_gets_everything(listening: Listening) -> None:
    async with listening.client(max_queue=1) as client:
        await client.begin()
        await client.subscribe("a", "subscription { flood(size: 65536) }")
        for _ in range(200):
            assert len((await client.hear())["payload"]["data"]["flood"]) == 65536


def test_seats_count_each_holder_and_forget_whoever_left() -> None:
    seats = ConnectionQuota(ConnectionLimits(max_connections=3, max_connections_per_owner=1))
    one, two = seats.reserve(), seats.reserve()
    one.claim("ana")
    with pytest.raises(ConnectionRejected):
        two.claim("ana")
    two.release()
    two.release()
    assert (seats.reserved, seats.count("ana")) == (1, 1)
    one.release()
    assert (seats.reserved, seats.count("ana")) == (0, 0)
