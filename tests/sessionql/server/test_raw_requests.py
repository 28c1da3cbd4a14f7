"""A real server and bytes that no client sends: the response is JSON, and the server continues."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from sessionql.http_kit.http_protocol import MAX_HEADER_BYTES, MAX_URL_BYTES
from tests.graphql_server.corpus import error_of
from tests.sessionql.raw_requests import ANSWERED, CHUNKED, QUERY, REJECTED, Raw, upgrade_request
from tests.support.engines import Engines
from tests.support.raw_http import responses_to
from tests.support.server import Server


@pytest.fixture(scope="module")
def live(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that logs no unexpected error."""
    folder = tmp_path_factory.mktemp("live")
    with Server(engines.sqlite(folder), folder) as server:
        yield server
        assert httpx.get(f"{server.url}/healthz").is_success
        assert "Traceback" not in server.log
        assert "ERROR" not in server.log


def test_for_all_bytes_the_response_is_json(live: Server) -> None:
    for name, wire in ANSWERED.items():
        (received,) = responses_to(live.url, wire)
        assert (received.status, received.body) == (200, {"data": {"__typename": "Query"}}), name
    for name, (wire, status) in REJECTED.items():
        (received,) = responses_to(live.url, wire)
        assert received.status == status, (name, received)
        error_of(received.status, received.headers["content-type"], received.body)
        assert ("allow" in received.headers) == (status == 405), name
        assert received.headers["x-content-type-options"] == "nosniff", name
        assert received.headers["cache-control"] == "no-store", name


def test_headers_may_have_exactly_the_maximum_size(live: Server) -> None:
    start, rest = b"/graphql?query=", len(b"Host: sessionql.test") + len(b"X: ")
    for more, status in ((0, 200), (1, 414)):
        long = Raw(
            b"GET",
            start.ljust(MAX_URL_BYTES + more, b"a"),
            headers=(b"GraphQL-Require-Preflight: 1",),
            length=b"",
            body=b"",
        )
        (received,) = responses_to(live.url, long.wire)
        assert received.status == status, received
    assert "more than 65535 bytes, and 65535 are allowed" in received.body["errors"][0]["message"]
    others = rest + len(b"Content-Type: application/json") + len(b"Content-Length: 26") + 2 * 4
    for more, status in ((0, 200), (1, 431)):
        (received,) = responses_to(live.url, Raw(headers=(b"X: " + b"a" * (MAX_HEADER_BYTES - others + more),)).wire)
        assert received.status == status, received
    assert "more than 65536 bytes, and 65536 are allowed" in received.body["errors"][0]["message"]


def test_limits_apply_to_each_request_of_a_connection(live: Server) -> None:
    large = Raw(headers=(b"X: " + b"a" * 50_000,), body=QUERY.ljust(200_000)).wire
    for received in responses_to(live.url, large * 10, count=10):
        assert (received.status, received.body) == (200, {"data": {"__typename": "Query"}})


def test_a_connection_continues_after_a_request_for_http_2(live: Server) -> None:
    ask = upgrade_request(b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")
    received = responses_to(live.url, ask + Raw().wire + ask, count=3)
    assert [each.status for each in received] == [200] * 3
    assert "upgrade" not in received[0].headers
    only = upgrade_request(b"Upgrade: h2c").replace(b"Upgrade, HTTP2-Settings", b"Upgrade, close")
    (last,) = responses_to(live.url, only)
    assert last.headers["connection"] == "close", "the other values of the header are still applied"


def test_a_body_that_ends_early_changes_nothing(live: Server) -> None:
    host, _, port = live.url.removeprefix("http://").partition(":")
    document = b'mutation{register(input:{email:\\"a@example.com\\",password:\\"correct horse\\"}){errors{__typename}}}'
    body = b'{"query":"' + document + b'"}'
    whole, chunks = Raw(body=body).wire, Raw(headers=(CHUNKED,), length=b"", body=b"%x\r\n" % len(body) + body).wire
    for wire in (whole[:-1], chunks, chunks + b"\r\n0"):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(wire)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1_000)[:12] in {b"", b"HTTP/1.1 400"}
    (received,) = responses_to(live.url, whole)
    assert received.body == {"data": {"register": {"errors": []}}}, "no user was registered"
