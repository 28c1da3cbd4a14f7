"""Sockets and streams are valid no longer than the access token that they were opened with."""

import time
from collections.abc import Iterator

import pytest

from tests.support.cli import run
from tests.support.client import Device
from tests.support.constants import FIREFOX, IPHONE
from tests.support.engines import Engines
from tests.support.event_stream import events, stream_of
from tests.support.server import Server
from tests.support.websocket import Socket, socket_of

WATCH = "subscription { sessionRevoked { isCurrent } }"
RENAME = """mutation($id: ID!) { renameSession(input: { sessionId: $id, name: "Desk" }) {
  errors { ... on UserError { code } } } }"""
LIFETIME = "10s"


@pytest.fixture(scope="module")
def server(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose access tokens expire after ten seconds."""
    folder = tmp_path_factory.mktemp("short-lived")
    with Server(engines.sqlite(folder), folder, ACCESS_TOKEN_LIFETIME=LIFETIME) as running:
        yield running


def send_token(socket: Socket, device: Device) -> None:
    socket.send(type="ping", payload={"authorization": f"Bearer {device.access_token}"})


def rename(socket: Socket, device: Device) -> None:
    """Run a mutation over the socket."""
    socket.send(type="subscribe", id="m", payload={"query": RENAME, "variables": {"id": device.session_id}})
    assert socket.next() == {"renameSession": {"errors": []}}
    assert socket.receive() == {"id": "m", "type": "complete"}


def test_connections_end_with_their_token_unless_the_client_sends_a_newer_one(server: Server, ana: str) -> None:
    laptop = server.device(FIREFOX).register(ana)
    with socket_of(laptop) as idle, stream_of(laptop, WATCH) as stream, socket_of(laptop) as renewed:
        time.sleep(3)
        assert laptop.refresh()["errors"] == []
        send_token(renewed, laptop)
        assert renewed.receive() == {"type": "pong"}, "without the token"
        code, reason, _ = idle.end()
        assert (code, reason) == (4403, "This access token has expired: connect again with a new one.")
        assert list(events(stream)) == [], "without `complete`, so that clients connect again"
        rename(renewed, laptop)
        assert renewed.end()[0] == 4403


def test_only_a_valid_token_of_the_same_session_renews_a_socket(standing: Server, ana: str) -> None:
    laptop, phone = standing.device(FIREFOX).register(ana), standing.device(IPHONE).log_in(ana)
    with socket_of(laptop) as socket:
        send_token(socket, phone)
        assert socket.end() == (4403, "This access token is of another session: open a connection for it.", [])
    for value in ("Bearer nonsense", "Bearer ", "Basic YTpi", "", 5, None, ["Bearer"]):
        with socket_of(laptop) as socket:
            socket.send(type="ping", payload={"Authorization": value})
            code, reason, _ = socket.end()
            assert (code, "not valid" in reason) == (4403, True), value
    with socket_of(laptop) as socket:
        socket.send(type="ping", payload={"other": 1})
        assert socket.receive() == {"type": "pong", "payload": {"other": 1}}


def test_a_key_that_leaked_ends_connections_and_mutations(
    engines: Engines, tmp_path_factory: pytest.TempPathFactory, ana: str
) -> None:
    folder = tmp_path_factory.mktemp("leaked")
    with Server(engines.sqlite(folder), folder) as server:
        laptop = server.device(FIREFOX).register(ana)
        with socket_of(laptop) as socket, stream_of(laptop, WATCH) as stream:
            assert run(folder, "keys", "rotate", "--now").code == 0
            assert socket.end()[0] == 4403
            assert list(events(stream)) == []
        assert laptop.code("{ me { id } }") == "UNAUTHENTICATED"
        laptop.refresh()
        with socket_of(laptop) as socket:
            rename(socket, laptop)
