"""Sends bytes that no HTTP client sends, and reads the responses."""

import json
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.client import parse_headers
from typing import Any, BinaryIO

PAUSE = 0.1
"""Seconds between two parts: the server handles the first one meanwhile."""


@dataclass(frozen=True)
class RawResponse:
    """A response of the server."""

    status: int
    headers: dict[str, str]
    body: Any


def responses_to(url: str, *parts: bytes, count: int = 1, source: str = "127.0.0.1") -> list[RawResponse]:
    """The responses to the bytes that are sent on one connection from `source`, with a pause between the parts."""
    host, _, port = url.removeprefix("http://").partition("/")[0].partition(":")
    with socket.create_connection((host, int(port)), timeout=20, source_address=(source, 0)) as connection:
        # A server that has rejected a request reads no further.
        with suppress(OSError):
            for number, part in enumerate(parts):
                time.sleep(PAUSE if number else 0)
                connection.sendall(part)
        with connection.makefile("rb") as answers:
            return [_read(answers) for _ in range(count)]


def with_trailers(path: str, body: bytes, headers: Iterable[str], trailers: Iterable[str]) -> tuple[bytes, bytes]:
    """A POST request whose body is one chunk: the head with the body, and its trailers."""
    lines = (f"POST {path} HTTP/1.1", "Host: sessionql.test", "Transfer-Encoding: chunked", *headers, "", "")
    first = "\r\n".join(lines).encode() + b"%x\r\n%s\r\n0\r\n" % (len(body), body)
    return first, "\r\n".join((*trailers, "", "")).encode()


def _read(answers: BinaryIO) -> RawResponse:
    status = int(answers.readline().split()[1])
    headers = {name.lower(): value for name, value in parse_headers(answers).items()}
    return RawResponse(status, headers, json.loads(answers.read(int(headers["content-length"]))))
