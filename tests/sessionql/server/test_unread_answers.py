"""Clients of a real server that do not read: they are disconnected, and the server continues."""

import select
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.support.engines import Engines
from tests.support.server import ForkedProgram, Server

FILE = b"GET /graphiql/graphiql.min.js HTTP/1.1\r\nHost: sessionql.test\r\n"
LASTS = (b"\r\n", b"Connection: close\r\n\r\n")
"""The ends of a head: the connection remains open after the answer, or not."""
TIMEOUT = 20


def unread(url: str, data: bytes) -> socket.socket:
    """A connection with a small buffer, on which the client sends and does not read."""
    host, _, port = url.removeprefix("http://").partition(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(TIMEOUT)
    client.connect((host, int(port)))
    client.sendall(data)
    return client


def is_reset(client: socket.socket) -> bool:
    """Whether the server has aborted the connection. Reads nothing."""
    poll = select.poll()
    poll.register(client, 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def wait_until_reset(clients: list[socket.socket]) -> None:
    """Wait until the server has aborted these connections."""
    deadline = time.monotonic() + TIMEOUT
    while not all(map(is_reset, clients)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_unread_files_are_discarded(engines: Engines, tmp_path: Path) -> None:
    with Server(engines.sqlite(tmp_path), tmp_path, MODE="development", CONNECTION_SEND_TIMEOUT="1s") as server:
        clients = [unread(server.url, (FILE + b"\r\n") * 9 + FILE + last) for last in LASTS for _ in range(3)]
        file = httpx.get(f"{server.url}/graphiql/graphiql.min.js", headers={"accept-encoding": "identity"})
        assert len(file.content) > 500_000, "others are served meanwhile"
        wait_until_reset(clients)
        for client in clients:
            client.close()
        assert httpx.get(f"{server.url}/healthz").is_success
        assert "Traceback" not in server.log
        assert " ERROR " not in server.log


@pytest.mark.parametrize("protocol", ["httptools", "h11"])
def test_answers_of_an_application_under_plain_uvicorn_are_discarded(
    engines: Engines, tmp_path: Path, protocol: str
) -> None:
    options = ("--http", protocol)
    with ForkedProgram("notes", engines.sqlite(tmp_path), tmp_path, *options, CONNECTION_SEND_TIMEOUT="1s") as notes:
        token = f"Bearer {notes.device().register('ana@example.com').access_token}"
        with httpx.Client(base_url=notes.site, headers={"authorization": token}, timeout=TIMEOUT) as http:
            for _ in range(2):
                assert http.post("/notes", json={"text": "x" * 4_000_000}).is_success
            head = b"GET /notes HTTP/1.1\r\nHost: a\r\nAuthorization: " + token.encode() + b"\r\n"
            clients = [unread(notes.site, head + last) for last in LASTS for _ in range(2)]
            assert len(http.get("/notes").content) > 8_000_000, "others are served meanwhile"
            wait_until_reset(clients)
            for client in clients:
                client.close()
        assert "Traceback" not in notes.log
