"""Messages that the protocol forbids: the socket is closed with the code of the protocol and a reason."""

from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from sessionql.graphql_server.connections.close_codes import MAX_REASON_BYTES, truncate_reason
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import CloseReason, ConnectionRejected
from sessionql.graphql_server.websocket.messages import read_message
from tests.graphql_server.live_server import LiveServer
from tests.graphql_server.minimal_schema import SECRET

DEEP = '{"type":"ping","payload":' + '{"a":' * 500 + "1" + "}" * 501
IMPATIENT = ConnectionLimits(init_seconds=1.0)


@pytest.mark.parametrize("subprotocol", [None, "graphql-ws", "soap"])
async def test_only_one_subprotocol_is_accepted(
    live_server: LiveServer, subprotocol: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    async with live_server.client(subprotocol) as client:
        assert client.connection.subprotocol == subprotocol, "browsers would hide the closing otherwise"
        assert await client.close_reason() == (4406, "Subprotocol not acceptable: use graphql-transport-ws")
    assert "Traceback" not in caplog.text


async def test_among_several_subprotocols_ours_is_selected(live_server: LiveServer) -> None:
    async with live_server.client("graphql-ws", "graphql-transport-ws") as client:
        assert client.connection.subprotocol == "graphql-transport-ws"


async def test_a_handshake_from_another_origin_is_rejected_before_the_upgrade(live_server: LiveServer) -> None:
    with pytest.raises(InvalidStatus) as rejected:
        async with live_server.client(origin="https://evil.test"):
            pass
    assert rejected.value.response.status_code == 403


async def test_a_client_without_connection_init_is_closed() -> None:
    async with LiveServer(IMPATIENT).serve() as live_server, live_server.client() as client:
        await client.send(type="ping")
        assert await client.receive() == {"type": "pong"}
        assert await client.close_reason() == (4408, "Connection initialisation timeout")


async def test_connection_init_may_be_sent_only_once(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        await client.send(type="connection_init")
        assert await client.close_reason() == (4429, "Too many initialisation requests")


async def test_no_operation_is_executed_before_connection_init(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.subscribe("a", "mutation { change }")
        code, reason = await client.close_reason()
    assert (code, reason.partition(":")[0]) == (4401, "Unauthorized")
    assert live_server.publisher.started == 0


async def test_an_id_in_use_cannot_be_used_again(live_server: LiveServer) -> None:
    async with live_server.client() as client:
        await client.init()
        for _ in range(2):
            await client.subscribe("same", "subscription { published }")
        assert await client.close_reason() == (4409, "Subscriber for same already exists")
        await live_server.publisher.wait_for(0)


@pytest.mark.parametrize(
    ("who", "closing"),
    [
        ("blocked", (4403, "Not from 127.0.0.1.")),
        ("away", (1013, "Come back later.")),
    ],
)
async def test_a_rejected_connection_is_closed_with_the_reason(
    live_server: LiveServer, who: str, closing: tuple[int, str]
) -> None:
    async with live_server.client() as client:
        await client.send(type="connection_init", payload={"who": who})
        assert await client.close_reason() == closing


async def test_an_unexpected_failure_is_masked(live_server: LiveServer, caplog: pytest.LogCaptureFixture) -> None:
    async with live_server.client() as client:
        await client.send(type="connection_init", payload={"who": "bug"})
        code, reason = await client.close_reason()
    assert code == 4500
    assert SECRET not in reason
    assert reason.rpartition(": ")[2].rstrip(".") in caplog.text, "the log has the id that the user received"


async def test_authentication_has_a_timeout() -> None:
    async with LiveServer(IMPATIENT).serve() as live_server, live_server.client() as client:
        await client.send(type="connection_init", payload={"who": "never"})
        assert await client.close_reason() == (1013, "Opening the connection took too long. Try again later.")


@pytest.mark.parametrize("message", ["{", b'{"type":"ping"}', '{"type":"hello"}', DEEP])
async def test_an_invalid_message_closes_the_socket(
    live_server: LiveServer, message: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with live_server.client() as client:
        await client.init()
        await client.subscribe("a", "subscription { published }")
        await live_server.publisher.wait_for(1)
        await client.connection.send(message)
        code, reason = await client.close_reason()
        assert code == 4400
        assert reason
        await live_server.publisher.wait_for(0)
    assert "Traceback" not in caplog.text


QUERY = '{"query": "{ hello }"}'


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("", "must be JSON"),
        ("no", "must be JSON"),
        ('{"type": "ping"', "must be JSON"),
        ("[" * 1_000, "must be JSON"),
        ("[]", "JSON object"),
        ("null", "JSON object"),
        ('"ping"', "JSON object"),
        ("{}", "`type` must be a string"),
        ('{"type": 7}', "`type` must be a string"),
        ('{"type": "start"}', "`start`"),
        (f'{{"type": "{"x" * 500}"}}', "`xxx"),
        ('{"type": "connection_ack"}', "`connection_ack`"),
        ('{"type": "next", "id": "1", "payload": {}}', "`next`"),
        ('{"type": "connection_init", "payload": []}', "payload of `connection_init`"),
        ('{"type": "ping", "payload": "now"}', "payload of `ping`"),
        ('{"type": "pong", "payload": 1}', "payload of `pong`"),
        ('{"type": "complete"}', "`complete` must have an `id`"),
        ('{"type": "complete", "id": 1}', "`complete` must have an `id`"),
        (f'{{"type": "subscribe", "payload": {QUERY}}}', "`subscribe` must have an `id`"),
        (f'{{"type": "subscribe", "id": "", "payload": {QUERY}}}', "`subscribe` must have an `id`"),
        (f'{{"type": "subscribe", "id": "{"x" * 257}", "payload": {QUERY}}}', "1 to 256 characters"),
        ('{"type": "subscribe", "id": "a"}', "payload of `subscribe`"),
        ('{"type": "subscribe", "id": "a", "payload": "{ hello }"}', "payload of `subscribe`"),
        ('{"type": "subscribe", "id": "a", "payload": {}}', "`query` is missing"),
        ('{"type": "subscribe", "id": "a", "payload": {"query": 7}}', "`query` must be a string"),
        ('{"type": "subscribe", "id": "a", "payload": {"query": "{ a }", "variables": []}}', "`variables`"),
        ('{"type": "subscribe", "id": "a", "payload": {"query": "{ a }", "operationName": 1}}', "`operationName`"),
        ('{"type": "subscribe", "id": "a", "payload": {"query": "{ a }", "extensions": 1}}', "`extensions`"),
        (f'{{"type": "ping", "payload": {{"x": "{"x" * 1_000}"}}}}', "at most 1000 bytes"),
        (f'{{"type": "ping", "payload": {{"x": "{"é" * 490}"}}}}', "at most 1000 bytes"),
    ],
)
def test_the_reason_describes_the_problem(message: str, words: str) -> None:
    closing = rejection({"type": "websocket.receive", "text": message})
    assert closing.code == 4400
    assert words in truncate_reason(closing.reason)
    assert len(truncate_reason(closing.reason).encode()) <= MAX_REASON_BYTES


def test_binary_messages_are_rejected() -> None:
    for received in ({"bytes": b"{}"}, {"bytes": b"{}", "text": None}):
        assert rejection({"type": "websocket.receive", **received}).reason == "A message must be text, not binary."


def test_a_reason_fits_into_its_frame_without_a_broken_character() -> None:
    assert truncate_reason("é" * 62) == "é" * 61
    assert truncate_reason("short") == "short"


def rejection(received: dict[str, Any]) -> CloseReason:
    with pytest.raises(ConnectionRejected) as rejected:
        read_message(received, 1_000)
    return rejected.value.close_reason
