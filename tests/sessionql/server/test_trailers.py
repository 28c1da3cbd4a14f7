"""Trailers of a chunked body are no headers (RFC 9110 section 6.5.1), also where uvicorn alone serves."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import orjson
import pytest

from tests.support.client import Device
from tests.support.engines import Engines
from tests.support.raw_http import RawResponse, responses_to, with_trailers
from tests.support.server import ForkedProgram, ForkedServedProgram, Program, ServedProgram, Server

CLIENT, FORGED = "198.51.100.7", "203.0.113.66"
FORGED_HEADERS = (f"X-Forwarded-For: {FORGED}", f"Forwarded: for={FORGED}")
SETTINGS = {"TRUSTED_PROXIES": "127.0.0.1", "CORS_ORIGINS": "https://app.example.com", "CORS_CREDENTIALS": "true"}
JSON = "Content-Type: application/json"
PAGE = ("Origin: https://app.example.com", "Sec-Fetch-Site: same-origin")
SESSIONS = "{ mySessions { ipAddress } }"
REGISTER = "mutation($input: RegisterInput!) { register(input: $input) { session { ipAddress } } }"


@pytest.fixture(scope="module", params=["sessionql", "sessionql serve notes:app", "httptools", "h11"])
def server(
    request: pytest.FixtureRequest, engines: Engines, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("trailers")
    url = engines.sqlite(folder)
    match request.param:
        case "sessionql":
            running = Server(url, folder, **SETTINGS)
        case "sessionql serve notes:app":
            running = ForkedServedProgram("notes", url, folder, **SETTINGS)
        case http:
            running = ForkedProgram("notes", url, folder, "--http", http, **SETTINGS)
    with running:
        yield running


@pytest.fixture(scope="module")
def laptop(server: Server) -> Device:
    return server.device().register("ana@example.com")


@pytest.fixture(params=["together", "later"])
def is_together(request: pytest.FixtureRequest) -> bool:
    """Whether the trailers arrive together with the rest, or when the server has read it."""
    return bool(request.param == "together")


def ask(
    server: Server,
    query: str,
    headers: tuple[str, ...],
    trailers: tuple[str, ...],
    *,
    together: bool,
    **variables: object,
) -> RawResponse:
    """The response to a GraphQL request with trailers."""
    body = orjson.dumps({"query": query, "variables": variables})
    return send(server, f"{urlsplit(server.url).path}/graphql", body, headers, trailers, together=together)


def send(
    server: Server, path: str, body: bytes, headers: tuple[str, ...], trailers: tuple[str, ...], *, together: bool
) -> RawResponse:
    """The response to a POST request with trailers."""
    parts = with_trailers(path, body, headers, trailers)
    (response,) = responses_to(server.url, *((b"".join(parts),) if together else parts))
    return response


def bearer(laptop: Device) -> str:
    return f"Authorization: Bearer {laptop.access_token}"


def test_they_authenticate_nothing(server: Server, laptop: Device, *, is_together: bool) -> None:
    cookie = f"Cookie: __Host-sessionql_access={laptop.access_token}"
    for headers, trailers in (((), (bearer(laptop),)), ((), (cookie, *PAGE)), (PAGE, (cookie,))):
        answer = ask(server, SESSIONS, (JSON, *headers), trailers, together=is_together)
        assert [each["extensions"]["code"] for each in answer.body["errors"]] == ["UNAUTHENTICATED"], trailers
    for header in (bearer(laptop), cookie):
        answer = ask(server, SESSIONS, (JSON, *PAGE, header), ("X-Other: 1",), together=is_together)
        assert answer.body["data"], "the same in the head"


def test_they_do_not_say_where_a_cookie_comes_from(server: Server, laptop: Device, *, is_together: bool) -> None:
    cookie = f"Cookie: __Host-sessionql_access={laptop.access_token}"
    answer = ask(server, SESSIONS, (JSON, cookie), PAGE, together=is_together)
    assert answer.body["errors"][0]["extensions"]["code"] == "CSRF_REFUSED"


def test_they_choose_no_address(server: Server, *, is_together: bool) -> None:
    for headers, seen in (((), "127.0.0.1"), ((f"X-Forwarded-For: {CLIENT}",), CLIENT)):
        user = {"email": f"{seen}-{is_together}@example.com", "password": "correct horse battery"}
        answer = ask(server, REGISTER, (JSON, *headers), FORGED_HEADERS, together=is_together, input=user)
        assert answer.body["data"]["register"]["session"]["ipAddress"] == seen


def test_they_are_no_content_type(server: Server, *, is_together: bool) -> None:
    assert ask(server, "{ __typename }", (), (JSON,), together=is_together).status == 415


def test_guards_of_an_embedding_application_ignore_them(server: Server, laptop: Device, *, is_together: bool) -> None:
    if isinstance(server, Program):
        note = b'{"text":"Milk"}'
        assert send(server, "/notes", note, (JSON,), (bearer(laptop),), together=is_together).status == 401
        assert send(server, "/notes", note, (JSON, bearer(laptop)), (), together=is_together).status == 201


def test_their_number_and_size_are_bounded(server: Server) -> None:
    if not isinstance(server, Program) or isinstance(server, ServedProgram):
        for trailers in (("X: 1",) * 200, ("X: " + "a" * 70_000,), ("X: " + "a" * 1_000_000,)):
            assert ask(server, "{ __typename }", (JSON,), trailers, together=True).status == 431
