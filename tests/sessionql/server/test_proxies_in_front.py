"""HAProxy and nginx in front of the server: clients cannot choose the address that they are counted by."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import orjson
import pytest

from tests.support.client import Device
from tests.support.engines import Engines
from tests.support.proxy import Proxy
from tests.support.raw_http import RawResponse, responses_to, with_trailers
from tests.support.server import ForkedProgram, ForkedServedProgram, Server, free_port

pytestmark = pytest.mark.proxies

CLIENT, FORGED = "127.0.0.5", "203.0.113.66"
HEADERS = ("Content-Type: application/json", "TE: trailers")
REGISTER = "mutation($input: RegisterInput!) { register(input: $input) { session { ipAddress } } }"
LOG_IN = "mutation($input: LoginInput!) { login(input: $input) { errors { ... on UserError { code } } } }"


@pytest.fixture(scope="module", params=["sessionql", "sessionql serve notes:app", "uvicorn"])
def server(
    request: pytest.FixtureRequest, engines: Engines, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("behind")
    url, settings = engines.sqlite(folder), {"TRUSTED_PROXIES": "127.0.0.1/32"}
    match request.param:
        case "sessionql":
            running = Server(url, folder, **settings)
        case "uvicorn":
            running = ForkedProgram("notes", url, folder, **settings)
        case _:
            running = ForkedServedProgram("notes", url, folder, **settings)
    with running:
        yield running


@pytest.fixture(scope="module", params=["haproxy", "nginx"])
def proxy(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    port = urlsplit(server.url).port
    assert port is not None
    with Proxy(request.param, tmp_path_factory.mktemp(request.param), free_port(), port) as running:
        yield running


def ask(
    proxy: Proxy, server: Server, query: str, user: dict[str, str], *lines: str, trailers: tuple[str, ...]
) -> RawResponse:
    """The response to a request through the proxy, from CLIENT."""
    body = orjson.dumps({"query": query, "variables": {"input": user}})
    parts = with_trailers(f"{urlsplit(server.url).path}/graphql", body, (*HEADERS, *lines), trailers)
    (response,) = responses_to(proxy.url, b"".join(parts), source=CLIENT)
    return response


def test_the_address_is_that_of_the_client(proxy: Proxy, server: Server, ana: str) -> None:
    forged = (f"X-Forwarded-For: {FORGED}", f"Forwarded: for={FORGED}")
    for number, (headers, trailers) in enumerate((((), ()), ((), forged), (forged, ()), (forged, forged))):
        user = {"email": f"{number}-{ana}", "password": "correct horse battery"}
        answer = ask(proxy, server, REGISTER, user, *headers, trailers=trailers)
        assert answer.body["data"]["register"]["session"]["ipAddress"] == CLIENT, (headers, trailers)


def test_wrong_passwords_are_counted_for_the_client(proxy: Proxy, server: Server, ana: str) -> None:
    codes = []
    for number in range(30):
        user = {"email": f"{number}-{ana}", "password": "wrong horse battery"}
        answer = ask(proxy, server, LOG_IN, user, trailers=(f"X-Forwarded-For: 203.0.113.{number}",))
        codes += [each["code"] for each in answer.body["data"]["login"]["errors"]]
    assert codes.count("INVALID_CREDENTIALS") <= 20
    assert codes[-1] == "RATE_LIMITED"


def test_a_trailer_logs_in_at_no_route(proxy: Proxy, server: Server, ana: str) -> None:
    laptop: Device = server.device().register(ana)
    trailers = (f"Authorization: Bearer {laptop.access_token}",)
    path = urlsplit(server.url).path
    for target, body in ((f"{path}/graphql", b'{"query":"{ mySessions { id } }"}'), ("/notes", b'{"text":"Milk"}')):
        if target != "/notes" or path:
            parts = with_trailers(target, body, HEADERS, trailers)
            (answer,) = responses_to(proxy.url, b"".join(parts), source=CLIENT)
            assert "not signed in" in orjson.dumps(answer.body).decode()
