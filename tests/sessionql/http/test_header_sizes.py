"""The work for a header does not grow with its size, at any entry: calls of functions are counted, and no time."""

import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from starlette.types import Message

from sessionql import Requester, SessionQL, Settings
from sessionql.http_kit.query import MAX_PARAMETERS
from tests.sessionql.browser import ACCESS

pytestmark = [
    pytest.mark.usefixtures("cheap_hashing"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]

SIZE = 60_000
MORE_CALLS = 1_000
"""How many more calls a header of SIZE bytes may cause than one of some bytes. Before, it was a call for each entry."""
Header = tuple[bytes, bytes]
LIMITED: dict[str, Header] = {
    "media ranges": (b"accept", b"a/b;q=0.1,"),
    "empty media ranges": (b"accept", b","),
    "parameters of a media range": (b"accept", b";q=1"),
    "cookies": (b"cookie", f"{ACCESS[:-1]}=b;".encode()),
    "our cookies": (b"cookie", f"{ACCESS}=b;".encode()),
    "empty cookies": (b"cookie", b"sessionql_;;;"),
    "brands": (b"sec-ch-ua", b'"Brand";v="1",'),
    "a brand": (b"sec-ch-ua-full-version-list", b'"'),
    "models": (b"sec-ch-ua-model", b'"a"'),
    "products": (b"user-agent", b"Mozilla/5.0 (X11; Linux) "),
    "types": (b"content-type", b"application/json;"),
    "content codings": (b"content-encoding", b"identity,"),
    "accepted codings": (b"accept-encoding", b"a;q=0.1,"),
    "languages": (b"accept-language", b"de;q=0.1,"),
    "a bearer token": (b"authorization", b"Bearer a.b.c.d"),
    "a basic password": (b"authorization", b"Basic " + b64encode(b"a:" + b"%41" * 15_000)),
    "addresses": (b"x-forwarded-for", b"10.0.0.1,"),
    "elements": (b"forwarded", b"for=10.0.0.1;by=b,"),
    "quotes": (b"forwarded", b'"'),
    "an origin": (b"origin", b"https://a."),
    "a host": (b"host", b"a."),
    "tags": (b"if-none-match", b'"a",'),
    "asked headers": (b"access-control-request-headers", b"accept,"),
}
OF_OUR_PAGE = [(b"sec-fetch-site", b"same-origin"), (b"x-requested-with", b"tests")]
ENTRIES = [
    ("POST", "/auth/graphql"),
    ("GET", "/auth/graphql"),
    ("OPTIONS", "/auth/graphql"),
    ("GET", "/auth/sessions"),
    ("POST", "/auth/login"),
    ("POST", "/auth/introspect"),
    ("GET", "/auth/my-sessions.js"),
    ("GET", "/auth/schema.graphql"),
    ("GET", "/auth/"),
    ("GET", "/guarded"),
    ("WEBSOCKET", "/auth/graphql"),
    ("WEBSOCKET", "/guarded"),
]


@pytest.fixture(params=["x-forwarded-for", "forwarded"])
async def embedding(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[FastAPI]:
    """An application with a guard of each kind, behind a listed proxy."""
    proxies = {"trusted_proxies": "10.0.0.0/8", "forwarded_header": request.param}
    origins = {"cors_origins": "https://app.example.com", "cors_credentials": True}
    given = settings.model_dump(exclude={*proxies, *origins})
    sessions = SessionQL(Settings.model_validate({**given, **proxies, **origins, "mode": "development"}))
    app = FastAPI(lifespan=sessions.lifespan)
    app.mount("/auth", sessions.app)

    @app.get("/guarded")
    async def guarded(_current: Annotated[Requester, Depends(sessions.current_session)]) -> None: ...

    @app.websocket("/guarded")
    async def guarded_socket(_current: Annotated[Requester, Depends(sessions.current_session)]) -> None: ...

    async with app.router.lifespan_context(app):
        yield app


@pytest.mark.parametrize(("method", "path"), ENTRIES)
async def test_the_work_does_not_grow_with_a_header(embedding: FastAPI, method: str, path: str) -> None:
    for what, (name, unit) in LIMITED.items():
        if path == "/guarded" and name == b"cookie":
            continue  # FastAPI parses them for every route of the application.
        for headers in ([], OF_OUR_PAGE):
            # A header that is too long may be ignored, and the request is then executed.
            small = [await calls(embedding, method, path, each) for each in ([*headers, (name, unit)], headers) * 2]
            large = await calls(embedding, method, path, [*headers, (name, filled(unit))])
            assert large < max(small[2:]) + MORE_CALLS, f"{what}: {large} calls instead of {small}"


@pytest.mark.parametrize(("method", "path"), [each for each in ENTRIES if each[0] == "GET" and each[1] != "/guarded"])
async def test_the_work_does_not_grow_with_the_parameters(embedding: FastAPI, method: str, path: str) -> None:
    for headers in ([], [(b"accept", b"text/html")], [(b"graphql-require-preflight", b"1")]):
        few = await calls(embedding, method, path, headers, b"a&")
        many = await calls(embedding, method, path, headers, filled(b"a&"))
        assert many < few + MORE_CALLS


@pytest.mark.parametrize(("path", "code"), [("/auth/graphql", "BAD_REQUEST"), ("/auth/sessions", "BAD_REQUEST")])
async def test_too_many_parameters_are_an_error(embedding: FastAPI, path: str, code: str) -> None:
    for count, is_error in ((MAX_PARAMETERS, False), (MAX_PARAMETERS + 1, True)):
        query = b"&".join(b"a=b" for _ in range(count))
        sent = await messages(embedding, "GET", path, [(b"graphql-require-preflight", b"1")], query)
        text = b"".join(each.get("body", b"") for each in sent)
        assert (b"too many parameters" in text) is is_error
        assert not is_error or code.encode() in text


def filled(unit: bytes) -> bytes:
    """SIZE bytes, or the unit when it has more."""
    return (unit * (SIZE // len(unit) + 1))[: max(SIZE, len(unit))]


async def calls(app: FastAPI, method: str, path: str, headers: list[Header], query: bytes = b"") -> int:
    """The number of functions that are called, in Python and in C, until the application has responded."""
    with counted() as count:
        await messages(app, method, path, headers, query)
    return count[0]


async def messages(app: FastAPI, method: str, path: str, headers: list[Header], query: bytes = b"") -> list[Message]:
    """What the application sends in response to a request, or to a handshake whose client then disconnects."""
    sent, body = list[Message](), b'{"query":"{ __typename }"}'
    given = {name for name, _ in headers}
    rest = [pair for pair in ((b"host", b"a"), (b"content-type", b"application/json")) if pair[0] not in given]
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "scheme": "http",
        "http_version": "1.1",
        "headers": [*rest, *headers],
        "client": ("10.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    incoming: list[Message] = [{"type": "http.request", "body": body if method == "POST" else b""}]
    if method == "WEBSOCKET":
        scope |= {"type": "websocket", "scheme": "ws", "subprotocols": ["graphql-transport-ws"]}
        incoming = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006}]

    async def receive() -> Message:
        return incoming.pop(0) if len(incoming) > 1 or method != "WEBSOCKET" else incoming[0]

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


@contextmanager
def counted() -> Iterator[list[int]]:
    """Counts the calls while the block runs."""
    count = [0]

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        if event in {"call", "c_call"}:
            count[0] += 1

    sys.setprofile(profile)
    try:
        yield count
    finally:
        sys.setprofile(None)
