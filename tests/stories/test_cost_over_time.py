"""What a session may cost in a minute is counted for all transports together, and for each session alone."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sessionql.http.payers import ADDRESS_SHARE
from tests.support.client import Device
from tests.support.constants import NO_LIMITS_PER_ADDRESS
from tests.support.server import Server
from tests.support.websocket import socket_of

MY_SESSIONS = "{ mySessions { id isCurrent name device } }"
COSTLY = "{ " + " ".join(f"l{n}: mySessions {{ id }}" for n in range(60)) + " }"
"""More than a minute's budget: afterwards the session waits for some minutes."""
WATCH = "subscription { sessionRevoked { isCurrent } }"
PER_MINUTE = 2_000


@pytest.fixture
def limited(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with Server(
        database_url, tmp_path, COST_PER_MINUTE=str(PER_MINUTE), TRUSTED_PROXIES="127.0.0.1", **NO_LIMITS_PER_ADDRESS
    ) as server:
        yield server


def new_device(server: Server, ana: str) -> Device:
    device = server.device()
    return device.register(f"{secrets.token_hex(4)}-{ana}")


def rest(device: Device, method: str = "GET", path: str = "/sessions") -> httpx.Response:
    headers = {"Authorization": f"Bearer {device.access_token}"}
    return httpx.request(method, device.url + path, headers=headers)


def is_limited(error: Any) -> bool:
    code, seconds = error["extensions"]["code"], error["extensions"].get("retryAfter")
    assert (code == "COST_LIMITED") == (seconds is not None)
    return bool(code == "COST_LIMITED")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_one_budget_for_all_transports_and_one_for_each_session(limited: Server, ana: str) -> None:
    eve, bob = new_device(limited, ana), new_device(limited, ana)
    with socket_of(eve) as socket:
        assert len(eve.get(COSTLY)) == 60, "a request that begins within the budget is served"

        assert is_limited(eve.ask(MY_SESSIONS)["errors"][0])
        problem = rest(eve)
        assert (problem.status_code, problem.json()["code"]) == (429, "COST_LIMITED")
        assert int(problem.headers["retry-after"]) > 60
        for path, method in (("/me", "GET"), ("/auth/logout", "POST")):
            assert rest(eve, method, path).status_code == 429
        socket.send(type="subscribe", id="1", payload={"query": MY_SESSIONS})
        message = socket.receive()
        assert message["type"] == "error"
        assert is_limited(message["payload"][0])
        stream = httpx.post(
            f"{limited.url}/graphql",
            json={"query": WATCH},
            headers={"Authorization": f"Bearer {eve.access_token}", "Accept": "text/event-stream"},
        )
        assert (stream.status_code, is_limited(stream.json()["errors"][0])) == (429, True)

        assert bob.get(MY_SESSIONS), "another session of the same address"
        assert rest(bob).status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_address_pays_for_requests_without_a_session_only(limited: Server, ana: str) -> None:
    bob = new_device(limited, ana)
    stranger = {"X-Forwarded-For": "203.0.113.7"}
    refused = None
    for _ in range(ADDRESS_SHARE + 1):
        refused = httpx.post(f"{limited.url}/graphql", json={"query": COSTLY}, headers=stranger)
    assert refused is not None
    assert (refused.status_code, is_limited(refused.json()["errors"][0])) == (429, True)
    for headers, status in (
        (stranger, 429),
        ({"X-Forwarded-For": "203.0.113.8"}, 200),
        ({**stranger, "Authorization": f"Bearer {bob.access_token}"}, 200),
    ):
        response = httpx.post(f"{limited.url}/graphql", json={"query": "{ __typename }"}, headers=headers)
        assert response.status_code == status, headers
