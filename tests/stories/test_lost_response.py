"""A client that loses the response of a refresh retries with its key, also after the grace; a thief cannot."""

import json
import select
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.constants import FIREFOX, NO_LIMITS_PER_ADDRESS, PASSWORD
from tests.support.documents import LOG_IN, MY_SESSIONS, REFRESH
from tests.support.engines import Engines
from tests.support.server import Server

KEY, OTHER_KEY = "f3a9c0d2e5b84761", "a-key-of-a-thief_"
JSON = {"Content-Type": "application/json", "User-Agent": FIREFOX}
BROWSER = {**JSON, "GraphQL-Require-Preflight": "1", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def server(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without a grace: each second use is after it."""
    with Server(
        engines.postgresql(), tmp_path_factory.mktemp("lost"), REFRESH_GRACE="0s", **NO_LIMITS_PER_ADDRESS
    ) as running:
        yield running


@dataclass
class Sent:
    """A refresh request: it can be sent several times, and its response can be lost."""

    url: str
    path: str
    headers: dict[str, str]
    body: Any

    def lose(self) -> None:
        """Send the request and cut the connection when the response arrives, without reading it."""
        content = json.dumps(self.body).encode()
        host = urlsplit(self.url)
        head = {**self.headers, "Host": host.netloc, "Content-Length": str(len(content))}
        lines = [f"POST {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        with socket.create_connection((host.hostname, host.port)) as connection:
            connection.sendall("\r\n".join(lines).encode() + content)
            assert select.select([connection], [], [], 60)[0], "the server responds after its commit"
            assert connection.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200"
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def send(self) -> httpx.Response:
        return httpx.post(self.url + self.path, headers=self.headers, json=self.body)


def by_graphql(server: Server, email: str, key: str | None) -> Sent:
    laptop = server.device().register(email)
    sent = {"refreshToken": laptop.refresh_token, "retryKey": key}
    return Sent(server.url, "/graphql", JSON, {"query": REFRESH, "variables": {"input": sent}})


def by_rest(server: Server, email: str, key: str | None) -> Sent:
    laptop = server.device().register(email)
    return Sent(server.url, "/auth/refresh", JSON, {"refresh_token": laptop.refresh_token, "retry_key": key})


def by_cookie(server: Server, email: str, key: str | None) -> Sent:
    server.device().register(email)
    credentials = {"email": email, "password": PASSWORD, "delivery": "COOKIE"}
    logged_in = httpx.post(
        f"{server.url}/graphql", headers=BROWSER, json={"query": LOG_IN, "variables": {"input": credentials}}
    )
    cookies = [line.partition(";")[0] for line in logged_in.headers.get_list("set-cookie")]
    assert len(cookies) == 3
    body = {"query": REFRESH, "variables": {"input": {"retryKey": key}}}
    return Sent(server.url, "/graphql", {**BROWSER, "Cookie": "; ".join(cookies)}, body)


def errors_of(response: httpx.Response) -> list[str]:
    """The codes of a response of GraphQL or REST."""
    body = response.json()
    if "data" in body:
        return [error["code"] for error in body["data"]["refresh"]["errors"]]
    return [body["code"]] if "code" in body else []


every_way = pytest.mark.parametrize("way", [by_graphql, by_rest, by_cookie])


@every_way
def test_a_lost_response_is_sent_again_for_the_retry_key(server: Server, ana: str, way: Any) -> None:
    sent = way(server, ana, KEY)
    sent.lose()
    sent.lose()

    response = sent.send()

    assert errors_of(response) == []
    if way is by_cookie:
        cookies = [line.partition(";")[0] for line in response.headers.get_list("set-cookie")]
        headers = {**BROWSER, "Cookie": "; ".join(cookies)}
    elif way is by_rest:
        headers = {**JSON, "Authorization": f"Bearer {response.json()['access_token']}"}
    else:
        tokens = response.json()["data"]["refresh"]["tokens"]
        headers = {**JSON, "Authorization": f"Bearer {tokens['accessToken']}"}
    current = httpx.post(f"{server.url}/graphql", headers=headers, json={"query": MY_SESSIONS})
    assert [each["isCurrent"] for each in current.json()["data"]["mySessions"]].count(True) == 1


@every_way
@pytest.mark.parametrize(("first", "again"), [(None, None), (None, KEY), (KEY, None), (KEY, OTHER_KEY)])
def test_without_the_same_retry_key_it_is_a_theft(
    server: Server, ana: str, way: Any, first: str | None, again: str | None
) -> None:
    sent = way(server, ana, first)
    sent.lose()
    if sent.path == "/auth/refresh":
        sent.body["retry_key"] = again
    else:
        sent.body["variables"]["input"]["retryKey"] = again

    assert errors_of(sent.send()) == ["REFRESH_TOKEN_INVALID"]


def test_after_the_successor_was_used_the_retry_key_is_worth_nothing(server: Server, ana: str) -> None:
    sent = by_graphql(server, ana, KEY)
    successor = sent.send().json()["data"]["refresh"]["tokens"]["refreshToken"]
    body = {"query": REFRESH, "variables": {"input": {"refreshToken": successor, "retryKey": KEY}}}
    assert errors_of(Sent(server.url, "/graphql", JSON, body).send()) == []

    assert errors_of(sent.send()) == ["REFRESH_TOKEN_INVALID"]


def test_a_retry_survives_a_restart_and_the_key_is_not_stored(engines: Engines, tmp_path: Path, ana: str) -> None:
    with Server(engines.sqlite(tmp_path), tmp_path, REFRESH_GRACE="0s") as server:
        sent = by_graphql(server, ana, KEY)
        sent.lose()
        server.stop()
        for file in tmp_path.iterdir():
            assert KEY.encode() not in file.read_bytes(), file
        server.start()
        assert errors_of(sent.send()) == []
