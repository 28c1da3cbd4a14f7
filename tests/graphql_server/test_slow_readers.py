"""Clients of a server in a process of its own that do not read their answers: they are disconnected, others are not."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
TIMEOUT = 20
LARGE = 4_000_000
MEMORY = 20_000_000
HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


class Process:
    """The server. `url` is its address."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self._process = process
        self._port = port
        self._log = log
        self.url = f"http://127.0.0.1:{port}"

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def memory(self) -> int:
        """The resident memory, in bytes."""
        fields = Path(f"/proc/{self._process.pid}/statm").read_text().split()
        return int(fields[1]) * 4096

    def state(self) -> dict[str, int]:
        """The open connections, without the one of this request, and their unsent bytes."""
        found: dict[str, int] = httpx.get(f"{self.url}/state", timeout=TIMEOUT).json()
        return found | {"open": found["open"] - 1}

    def answer(self, size: int) -> int:
        """The size of an answer that a client reads."""
        body = {"query": query(size)}
        return len(httpx.post(f"{self.url}/graphql", json=body, timeout=TIMEOUT).json()["data"]["text"])

    def connect(self) -> socket.socket:
        """A connection whose client reads little by itself."""
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.settimeout(TIMEOUT)
        made.connect(("127.0.0.1", self._port))
        return made

    def wait_for(self, true: Callable[[dict[str, int]], bool]) -> dict[str, int]:
        """Wait until the state is as described; returns it."""
        deadline = time.monotonic() + TIMEOUT
        while not true(state := self.state()):
            assert time.monotonic() < deadline, state
            time.sleep(0.05)
        return state


@contextmanager
def serve(folder: Path, *, send_seconds: float = 1, unsent_bytes: int = 1_000_000_000) -> Iterator[Process]:
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "log").open("wb") as log:
        number = listener.fileno()
        arguments = [str(number), str(send_seconds), str(unsent_bytes)]
        command = [sys.executable, "-m", "tests.graphql_server.large_answers", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, pass_fds=[number])
        server = Process(process, listener.getsockname()[1], folder / "log")
        try:
            server.state()
            yield server
        finally:
            process.terminate()
            process.wait(TIMEOUT)
    assert "Traceback" not in server.log
    assert "ERROR" not in server.log


def query(size: int) -> str:
    return f"{{ text(size: {size}) }}"


def post(document: str, *headers: bytes) -> bytes:
    body = json.dumps({"query": document}).encode()
    head = [b"POST /graphql HTTP/1.1", b"Host: a", b"Content-Type: application/json", b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*head, *headers, b"", body])


def frame(**message: object) -> bytes:
    """A text message of a client, with a mask of zeros."""
    payload = json.dumps(message).encode()
    return bytes([0x81, 0xFE]) + len(payload).to_bytes(2, "big") + bytes(4) + payload


def unread(server: Process) -> list[socket.socket]:
    """Six answers on six connections."""
    return [_sent(server, post(query(LARGE))) for _ in range(6)]


def unread_and_last(server: Process) -> list[socket.socket]:
    """Six answers after which the server closes the connection."""
    return [_sent(server, post(query(LARGE), b"Connection: close")) for _ in range(6)]


def pipelined(server: Process) -> list[socket.socket]:
    """Thirty requests on one connection."""
    return [_sent(server, post(query(LARGE)) * 30)]


def one_after_another(server: Process) -> list[socket.socket]:
    """Six requests on one connection, each after the start of the answer to the last."""
    client = server.connect()
    try:
        for _ in range(6):
            client.sendall(post(query(LARGE)))
            client.recv(1)
    except ConnectionResetError:
        return _already_disconnected(client)
    return [client]


def operations(server: Process) -> list[socket.socket]:
    """Five operations of a WebSocket."""
    client = _socket(server)
    for number in range(5):
        client.sendall(frame(type="subscribe", id=str(number), payload={"query": query(LARGE)}))
    return [client]


def subscription(server: Process) -> list[socket.socket]:
    """A subscription of a WebSocket."""
    client = _socket(server)
    client.sendall(frame(type="subscribe", id="1", payload={"query": "subscription { flood(size: 1000000) }"}))
    return [client]


def pings(server: Process) -> list[socket.socket]:
    """Pings of a WebSocket that has not authenticated, whose answers are as large as they are."""
    client = server.connect()
    client.sendall(HANDSHAKE)
    client.settimeout(0.5)
    try:
        for _ in range(1_000):
            client.sendall(frame(type="ping", payload={"x": "x" * 60_000}))
    except ConnectionResetError:
        return _already_disconnected(client)
    except TimeoutError:
        pass  # the server reads no more
    client.settimeout(TIMEOUT)
    return [client]


def stream(server: Process) -> list[socket.socket]:
    """Events of a stream."""
    flood = post("subscription { flood(size: 1000000) }", b"Accept: text/event-stream")
    client = _sent(server, flood)
    client.recv(100)
    return [client]


KINDS = (unread, unread_and_last, pipelined, one_after_another, operations, subscription, pings, stream)


def rest(client: socket.socket, seconds: float = 0) -> int | None:
    """Read to the end, `seconds` after each part. The number of bytes; None when the connection was aborted."""
    received = 0
    with client:
        try:
            while data := client.recv(40_000):
                received += len(data)
                time.sleep(seconds)
        except ConnectionResetError:
            return None
    return received


def _sent(server: Process, data: bytes) -> socket.socket:
    client = server.connect()
    client.sendall(data)
    return client


def _already_disconnected(client: socket.socket) -> list[socket.socket]:
    """No clients. A slow machine disconnects this one while it sends: the error is raised only once."""
    client.close()
    return []


def _socket(server: Process) -> socket.socket:
    client = _sent(server, HANDSHAKE)
    client.recv(1_000)
    client.sendall(frame(type="connection_init"))
    client.recv(100)
    return client


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_client_that_does_not_read_is_disconnected(
    kind: Callable[[Process], list[socket.socket]], tmp_path: Path
) -> None:
    with serve(tmp_path) as server:
        before = server.memory
        for number in range(2):
            if number:  # after the first ones the allocator has what it keeps
                before = server.memory
            clients = kind(server)
            assert server.answer(LARGE) == LARGE, "others are served meanwhile"
            assert server.wait_for(lambda state: state["open"] == 0) == {"open": 0, "unsent": 0}
            for client in clients:
                assert rest(client) is None
        assert server.memory - before < MEMORY


def test_a_client_that_reads_a_byte_at_a_time_is_disconnected(tmp_path: Path) -> None:
    with serve(tmp_path) as server:
        client = _sent(server, post(query(LARGE)))

        def is_closed(state: dict[str, int]) -> bool:
            return not client.recv(1) or state["open"] == 0

        assert server.wait_for(is_closed) == {"open": 0, "unsent": 0}
        assert rest(client) is None


def test_a_client_that_reads_slowly_receives_its_answer(tmp_path: Path) -> None:
    """It needs several times the time-out, and takes something within each."""
    with serve(tmp_path) as server:
        received = rest(_sent(server, post(query(LARGE), b"Connection: close")), seconds=0.004)
        assert received is not None
        assert received > LARGE
        assert server.wait_for(lambda state: state["open"] == 0) == {"open": 0, "unsent": 0}


def test_beyond_the_bytes_of_a_network_those_that_waited_longest_are_disconnected(tmp_path: Path) -> None:
    with serve(tmp_path, send_seconds=300, unsent_bytes=20_000_000) as server:
        clients = []
        for expected in (4, 8, 12, 10, 10, 10):
            clients.append(client := _sent(server, post(query(8_000_000), b"Connection: close")))
            client.recv(1)
            assert 20_000_000 >= server.state()["unsent"] > expected * 1_000_000
        assert server.state()["open"] < 6
        assert rest(clients[0]) is None
        assert (rest(clients[-1]) or 0) > 8_000_000, "the last one is complete"
        for client in clients[1:-1]:
            client.close()


def test_the_operations_of_one_socket_have_as_many_bytes_as_a_network(tmp_path: Path) -> None:
    with serve(tmp_path, send_seconds=300, unsent_bytes=20_000_000) as server:
        client = _socket(server)
        for number in range(15):
            client.sendall(frame(type="subscribe", id=str(number), payload={"query": query(LARGE)}))
        assert server.wait_for(lambda state: state["open"] == 0) == {"open": 0, "unsent": 0}
        client.close()
