"""Authentication and origin of clients that open a WebSocket at `/graphql`."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from sessionql.http.origins import Origins
from tests.support.client import Device
from tests.support.constants import FIREFOX
from tests.support.engines import Engines
from tests.support.server import Server
from tests.support.websocket import open_socket, socket_of

WATCH = "subscription { sessionRevoked { isCurrent } }"
EVIL = "https://evil.example"
COOKIE = "__Host-sessionql_access"


@pytest.fixture
def ana(server_url: str) -> Iterator[Device]:
    device = Device(server_url, FIREFOX).register(f"{secrets.token_hex(8)}@example.com")
    yield device
    device.close()


def cookies(device: Device) -> str:
    return f"{COOKIE}={device.access_token}"


def test_the_cookie_opens_a_socket_for_pages_of_this_origin(ana: Device) -> None:
    with open_socket(ana.url, origin=ana.url, cookies=cookies(ana)) as socket:
        socket.begin()
        socket.subscribe(WATCH)
        ana.get("mutation { logout { session { id } } }")
        assert socket.next() == {"sessionRevoked": {"isCurrent": True}}
        assert socket.end()[0] == 4401


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        (EVIL, None),
        (EVIL, "cross-site"),
        ("http://127.0.0.1:1", None),
        ("http://127.0.0.1:1", "same-site"),
        ("https://www.sessionql.test", "same-site"),
        (None, "same-site"),
        (None, "none"),
        (None, "cross-site"),
    ],
)
def test_pages_of_other_origins_open_no_socket(ana: Device, origin: str | None, site: str | None) -> None:
    """Any page can open a socket, and browsers send the cookies of the user without a preflight, also for another port
    of the host: the server must reject it.
    """
    with pytest.raises(InvalidStatus) as rejected, open_socket(ana.url, origin=origin, cookies=cookies(ana), site=site):
        pass
    assert rejected.value.response.status_code == 403


def test_a_listed_origin_without_credentials_opens_a_socket_with_a_token_only(engines: Engines, tmp_path: Path) -> None:
    with Server(engines.sqlite(tmp_path), tmp_path, CORS_ORIGINS=EVIL) as server:
        bob = server.device().register("bob@example.com")
        with open_socket(server.url, origin=EVIL, cookies=cookies(bob), site="same-site") as socket:
            socket.send(type="connection_init")
            code, reason, _ = socket.end()
            assert (code, "Cookies are for pages of this origin" in reason) == (4403, True)
        with open_socket(server.url, origin=EVIL, site="same-site") as socket:
            socket.begin(authorization=f"Bearer {bob.access_token}")


def test_cookies_without_an_origin_are_ignored(ana: Device) -> None:
    with open_socket(ana.url, cookies=cookies(ana)) as socket:
        socket.send(type="connection_init")
        assert socket.end()[0] == 4403


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"authorization": None},
        {"authorization": 5},
        {"authorization": ""},
        {"authorization": "Basic YTpi"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer nonsense"},
        {"Authorization": "Bearer sqls_nonsense"},
        {"authorization": ["Bearer nonsense"]},
        {"authorization": "Bearer " + "x" * 100_000},
        {"accessToken": "nonsense"},
    ],
)
def test_a_socket_without_credentials_is_rejected(ana: Device, payload: object) -> None:
    with open_socket(ana.url) as socket:
        socket.send(type="connection_init", **({} if payload is None else {"payload": payload}))
        code, reason, messages = socket.end()
    assert (code, messages) == (4403, [])
    assert "connection_init" in reason or "not valid" in reason


def test_a_token_in_the_payload_takes_precedence_over_the_cookie(ana: Device) -> None:
    with open_socket(ana.url, origin=ana.url, cookies=cookies(ana)) as socket:
        socket.send(type="connection_init", payload={"authorization": "Bearer nonsense"})
        assert socket.end()[0] == 4403


def test_no_cookies_are_set_over_a_socket(ana: Device) -> None:
    who = '{ email: "ana@example.com", password: "correct horse battery", delivery: COOKIE }'
    log_in = f"mutation {{ login(input: {who}) {{ session {{ id }} }} }}"
    with socket_of(ana) as socket:
        socket.send(type="subscribe", id="1", payload={"query": log_in})
        message = socket.receive()
    (error,) = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
    assert error["extensions"]["code"] == "CSRF_REFUSED"
    assert "POST" in error["message"]


def test_each_session_has_its_own_quota_of_sockets(ana: Device) -> None:
    with ExitStack() as open_ones:
        for _ in range(10):
            open_ones.enter_context(socket_of(ana))
        with open_socket(ana.url) as eleventh:
            eleventh.send(type="connection_init", payload={"authorization": f"Bearer {ana.access_token}"})
            assert eleventh.end()[0] == 1013, "clients try again later, by themselves"
        neighbour = Device(ana.url, FIREFOX).register(f"{secrets.token_hex(8)}@example.com")
        with socket_of(neighbour):
            neighbour.close()
    with socket_of(ana):
        pass


ORIGINS = [
    (Origins(), None, True),
    (Origins(), "https://sessionql.test", True),
    (Origins(), EVIL, False),
    (Origins(), "null", False),
    (Origins((EVIL,)), EVIL, True),
    (Origins(("https://app.example.com",)), EVIL, False),
    (Origins(("*",)), EVIL, True),
]


@pytest.mark.parametrize(("origins", "origin", "may"), ORIGINS)
def test_a_page_may_connect_from(origins: Origins, origin: str | None, may: bool) -> None:
    headers = {"host": "sessionql.test"} | ({} if origin is None else {"origin": origin})
    assert origins.allows_socket(headers) is may
    if origin is not None:
        by_site = {**headers, "sec-fetch-site": "same-site"}
        assert origins.allows_socket(by_site) is bool(origins.listed and may), "unless it is listed"
