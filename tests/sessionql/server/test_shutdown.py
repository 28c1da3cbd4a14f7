"""Start and stop of a server: errors of one line, and no loss of data at the stop."""

import signal
import socket
import time
from pathlib import Path

import pytest

from tests.support.cli import run
from tests.support.server import Server


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_receives_a_signal_ends_cleanly(server: Server, how: signal.Signals) -> None:
    assert server.device().register("ana@example.com").get("{ mySessions { id } }")
    assert server.stop(how) == 0
    assert "Traceback" not in server.log
    assert " ERROR " not in server.log
    assert " WARNING " not in server.log
    assert f"SessionQL is ready on {server.url}" in server.log
    assert f"{server.url}/graphql" in server.log, "the banner has the URL"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_server_that_was_never_used_ends_cleanly_at_once(server: Server) -> None:
    begun = time.monotonic()
    assert server.stop(signal.SIGINT) == 0
    assert time.monotonic() - begun < 3
    assert "Traceback" not in server.log


def test_the_latest_activity_is_stored_at_shutdown(database_url: str, tmp_path: Path) -> None:
    query = "query($id: ID!) { session(id: $id) { lastActive createdAt } }"
    with Server(database_url, tmp_path, ACTIVITY_INTERVAL="1s") as server:
        laptop = server.device().register("ana@example.com")
        time.sleep(1.2)
        shown = laptop.get(query, id=laptop.session_id)["session"]
        assert shown["lastActive"] == shown["createdAt"], "not written yet"
        server.stop(signal.SIGTERM)
        server.start()
        shown = laptop.get(query, id=laptop.session_id)["session"]
        assert shown["lastActive"] > shown["createdAt"]


def test_a_port_in_use_is_an_error_of_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run(tmp_path, "serve", PORT=port, LOG_LEVEL="warning")
    assert done.out == "", "it does not say that it is ready"
    (line,) = done.problem.splitlines()
    assert "already in use" in line
    assert port in line, "which address is taken is half of the story"


def test_an_unavailable_address_is_an_error_of_one_line(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", HOST="203.0.113.7", PORT="0", LOG_LEVEL="warning")
    (line,) = done.problem.splitlines()
    assert "assign" in line
    assert "203.0.113.7" in line
