"""A real server and more connections than it accepts: honest clients are served, and it does not run out of files."""

import select
import socket
import time
from collections.abc import Iterable
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from sessionql.server.transport_limits import transport_limits
from sessionql.settings.settings import Settings
from tests.support.engines import Engines
from tests.support.server import InstalledServer, Server
from tests.support.websocket import open_socket, socket_of

TIMEOUT = 20
UNFINISHED = {
    "nothing": b"",
    "half a head": b"POST /graphql HTTP/1.1\r\nHost: ",
    "half a body": b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
}


class FewFiles(InstalledServer):
    """A server that may open few files."""

    @property
    def command(self) -> list[str]:
        """The command line that starts it."""
        return ["sh", "-c", 'ulimit -n 150 && exec "$@"', "sh", *super().command]


def idle(stack: ExitStack, url: str, count: int, sent: bytes = b"") -> list[socket.socket]:
    """Connections whose clients send nothing more."""
    host, _, port = url.removeprefix("http://").partition(":")
    clients = []
    for _ in range(count):
        clients.append(client := stack.enter_context(socket.create_connection((host, int(port)), timeout=TIMEOUT)))
        client.sendall(sent)
    return clients


def wait_for_open(clients: Iterable[socket.socket], most: int) -> None:
    """Wait until the server has closed all of these connections except for `most`."""
    poll = select.poll()
    for client in clients:
        poll.register(client, select.POLLIN)
    deadline = time.monotonic() + TIMEOUT
    while (remaining := len(list(clients)) - len(poll.poll(0))) > most:
        assert time.monotonic() < deadline, f"{remaining} are open"
        time.sleep(0.05)


@pytest.mark.parametrize("limit", ["MAX_TCP_CONNECTIONS", "MAX_WAITING_PER_ADDRESS"])
def test_idle_connections_keep_no_client_from_being_served(engines: Engines, tmp_path: Path, limit: str) -> None:
    with Server(engines.sqlite(tmp_path), tmp_path, **{limit: "20"}) as server, ExitStack() as stack:
        ana = server.device().register("ana@example.com")
        for sent in UNFINISHED.values():
            clients = idle(stack, server.url, 200, sent)
            assert ana.get("{ mySessions { isCurrent } }") == {"mySessions": [{"isCurrent": True}]}
            assert httpx.get(f"{server.url}/healthz").is_success
            wait_for_open(clients, most=20)
        assert "Traceback" not in server.log
        assert " ERROR " not in server.log


def test_a_server_does_not_run_out_of_files(engines: Engines, tmp_path: Path) -> None:
    with FewFiles(engines.sqlite(tmp_path), tmp_path, MAX_WAITING_PER_ADDRESS="1000") as server, ExitStack() as stack:
        ana = server.device().register("ana@example.com")
        clients = idle(stack, server.url, 400)
        assert ana.get("{ mySessions { isCurrent } }") == {"mySessions": [{"isCurrent": True}]}
        wait_for_open(clients, most=75)
        server.device().log_in("ana@example.com")
        assert "A worker may open 150 files: it accepts 75 TCP connections instead of 10000" in server.log
        assert "Traceback" not in server.log
        assert " ERROR " not in server.log


def test_sockets_without_connection_init_keep_no_client_from_connecting(engines: Engines, tmp_path: Path) -> None:
    settings = {"MAX_WAITING_PER_ADDRESS": "10", "MAX_CONNECTIONS": "3"}
    with Server(engines.sqlite(tmp_path), tmp_path, **settings) as server, ExitStack() as stack:
        ana = server.device().register("ana@example.com")
        before = stack.enter_context(socket_of(ana))
        silent = [stack.enter_context(open_socket(server.url)) for _ in range(40)]
        after = stack.enter_context(socket_of(ana))
        for socket_ in silent[:30]:
            code, reason, received = socket_.end()
            assert (code, received) == (1013, [])
            assert "connection_init" in reason
        for socket_ in (before, after):
            socket_.send(type="ping")
            assert socket_.receive() == {"type": "pong"}
        stack.enter_context(socket_of(ana))
        with pytest.raises(ConnectionClosed) as closed:
            stack.enter_context(socket_of(ana))
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
        assert "Traceback" not in server.log


def test_a_trusted_proxy_has_the_connections_of_many_clients() -> None:
    network_of = transport_limits(Settings(trusted_proxies=(ip_network("10.0.0.0/8"),))).network_of
    assert network_of("10.0.0.7") is None
    assert network_of("::ffff:10.0.0.7") is None
    assert network_of("203.0.113.7") == "203.0.113.7"
    assert network_of("2001:db8:1:2::7") == network_of("2001:db8:1:2:3::4") != network_of("2001:db8:1:3::7")
    assert transport_limits(Settings()).network_of("10.0.0.7") == "10.0.0.7"
