"""A real uvicorn with the schema of the feed, and clients of graphql-transport-ws and of event streams."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, ClassVar
from weakref import WeakSet

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.routing import Route, WebSocketRoute
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import CloseReason, ConnectionRejected, SocketPeer
from sessionql.graphql_server.connections.quota import ConnectionQuota
from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from sessionql.graphql_server.http.streams import Streams
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.websocket.socket import GraphQLSocket
from sessionql.http_kit.http_protocol import HttpProtocol
from sessionql.http_kit.transports import TransportLimits, Transports
from sessionql.http_kit.websocket_protocol import WebSocketProtocol
from tests.graphql_server.minimal_schema import METHODS, BadToken, NotAllowed, Unavailable, map_exception
from tests.graphql_server.subscription_schema import Publisher, schema

PROTOCOL = "graphql-transport-ws"
TIMEOUT = 10


class Context:
    """The context of one operation. The server counts the contexts that still exist."""

    alive: ClassVar[WeakSet["Context"]] = WeakSet()

    def __init__(self, publisher: Publisher, who: str) -> None:
        self.publisher = publisher
        self.who = who
        self.alive.add(self)


class FakePeer(SocketPeer):
    """A peer that stays connected until the test disconnects it."""

    def __init__(self, publisher: Publisher, payload: Mapping[str, Any]) -> None:
        self._publisher = publisher
        self.who = payload.get("who", "unauthenticated")
        self.owner: Hashable = payload.get("owner")
        self.end: asyncio.Future[CloseReason] = asyncio.get_running_loop().create_future()
        self.closed = 0

    async def context(self) -> "Context":
        if self.who == "revoked":
            raise BadToken
        return Context(self._publisher, self.who)

    async def wait_closed(self) -> CloseReason:
        return await self.end

    def close(self) -> None:
        self.closed += 1


class SocketClient:
    """The client of one WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        """Send a message to the server."""
        await self.connection.send(json.dumps(message))

    async def receive(self) -> Any:
        """Receive the next message from the server."""
        async with asyncio.timeout(TIMEOUT):
            return json.loads(await self.connection.recv())

    async def init(self, **payload: Any) -> "SocketClient":
        """Send connection_init, and expect connection_ack."""
        await self.send(type="connection_init", payload=payload)
        assert await self.receive() == {"type": "connection_ack"}
        return self

    async def subscribe(self, id_: str, query: str, **variables: Any) -> None:
        """Send `subscribe` with an operation."""
        await self.send(type="subscribe", id=id_, payload={"query": query, "variables": variables})

    async def execute(self, query: str, **variables: Any) -> list[Any]:
        """Execute an operation, and return its complete result. It must be the only running operation."""
        await self.subscribe("only", query, **variables)
        answer = [await self.receive()]
        while answer[-1]["type"] == "next":
            answer.append(await self.receive())
        return answer

    async def close_reason(self) -> tuple[int, str]:
        """Receive the close frame: its code and reason. Any other message is an error."""
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(TIMEOUT):
                await self.connection.recv()
        received = closed.value.rcvd
        assert received is not None
        return received.code, received.reason


class UvicornServer(uvicorn.Server):
    """A uvicorn server in the process of the test."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: pytest handles the signals."""
        yield


class LiveServer:
    """The application, and all its connections."""

    def __init__(
        self,
        limits: ConnectionLimits | None = None,
        documents: Limits | None = None,
        transports: TransportLimits | None = None,
    ) -> None:
        self.publisher = Publisher()
        self.peers: list[FakePeer] = []
        self.limits = limits or ConnectionLimits()
        self.transports = Transports(transports or TransportLimits(send_seconds=self.limits.send_seconds))
        self.protocol = type("Protocol", (HttpProtocol,), {"transports": self.transports})
        self.quota = ConnectionQuota(self.limits)
        self.engine = Engine(schema, map_exception=map_exception, limits=documents)
        self.address = ""
        self.may_authenticate = asyncio.Event()
        """Authentication of "never" waits for it."""
        self.server: UvicornServer | None = None
        self._serving: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        socket_endpoint = GraphQLSocket(
            self.engine,
            authorize=self._open,
            map_exception=map_exception,
            limits=self.limits,
            quota=self.quota,
            check_origin=lambda handshake: handshake.headers.get("origin") != "https://evil.test",
        )
        streams = Streams(map_exception=map_exception, limits=self.limits, quota=self.quota, authorize=self._meet)
        endpoint = GraphQLEndpoint(
            self.engine,
            make_context=self._make_context,
            map_exception=map_exception,
            streams=streams,
            response_headers=_finish,
        )
        routes = [Route("/graphql", endpoint.__call__, methods=METHODS), WebSocketRoute("/graphql", socket_endpoint)]
        self.app = Starlette(routes=routes)

    async def _make_context(self, request: Request) -> Context:
        if request.headers.get("who") == "away":
            raise Unavailable
        if request.headers.get("who") == "rejected":
            raise NotAllowed("You may not.")
        return Context(self.publisher, request.headers.get("who", "unauthenticated"))

    async def _meet(self, request: Request, context: Context) -> FakePeer:
        if context.who == "blocked":
            raise ConnectionRejected(CloseReason(4403, "Not you."))
        return self._met(dict(request.headers))

    def _met(self, payload: Mapping[str, Any]) -> FakePeer:
        self.peers.append(person := FakePeer(self.publisher, payload))
        return person

    async def _open(self, handshake: HTTPConnection, payload: Mapping[str, Any] | None) -> FakePeer:
        match (payload or {}).get("who"):
            case "blocked":
                raise ConnectionRejected(CloseReason(4403, f"Not from {handshake.headers['host'].partition(':')[0]}."))
            case "away":
                raise Unavailable
            case "bug":
                raise RuntimeError("a secret reason")
            case "never":
                await self.may_authenticate.wait()
        return self._met(payload or {})

    @asynccontextmanager
    async def http(self) -> AsyncIterator[httpx.AsyncClient]:
        """An HTTP client of the endpoint."""
        async with httpx.AsyncClient(base_url=f"http://{self.address}", timeout=TIMEOUT) as client:
            yield client

    @asynccontextmanager
    async def client(self, *subprotocols: str | None, **options: Any) -> AsyncIterator[SocketClient]:
        """A client that is connected, before connection_init. It uses graphql-transport-ws by default."""
        chosen = [Subprotocol(each) for each in subprotocols or (PROTOCOL,) if each is not None] or None
        url = f"ws://{self.address}/graphql"
        async with connect(url, subprotocols=chosen, compression=None, ping_interval=None, **options) as made:
            yield SocketClient(made)

    @asynccontextmanager
    async def serve(self, *, own_protocols: bool = True) -> AsyncIterator["LiveServer"]:
        """Serve on a free port with our protocol classes or with those of uvicorn. Afterwards no task or connection
        may remain.
        """
        before = tasks()
        config = uvicorn.Config(
            self.app,
            http=self.protocol if own_protocols else HttpToolsProtocol,
            ws=WebSocketProtocol if own_protocols else WebSocketsSansIOProtocol,
            ws_per_message_deflate=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.address = f"127.0.0.1:{listener.getsockname()[1]}"
            self.server = UvicornServer(config)
            self._serving = asyncio.create_task(self.server.serve([listener]))
            await until(lambda: self.server is not None and self.server.started)
            self._tasks = tasks()
            try:
                yield self
            finally:
                await self.stop()
        assert tasks() <= before, f"something of the server goes on: {tasks() - before}"
        assert (self.quota.reserved, self.publisher.listeners) == (0, 0)
        assert (self.transports.open, len(self.transports.waiting), self.transports.unsent.total) == (set(), 0, 0)
        assert [person.closed for person in self.peers] == [1] * len(self.peers)

    async def stop(self) -> None:
        """Stop the server like a signal does."""
        assert self.server is not None
        assert self._serving is not None
        self.server.should_exit = True
        await self._serving

    async def wait_until_idle(self) -> None:
        """Wait until no connection has a task or a context."""
        await until(lambda: not (self.quota.reserved or self.publisher.listeners or tasks() - self._tasks))


def _finish(_request: Request, context: Context) -> list[tuple[str, str]]:
    return [("x-who", context.who)]


async def until(true: Callable[[], bool]) -> None:
    """Wait until a condition is true, by polling."""
    async with asyncio.timeout(TIMEOUT):
        while not true():  # noqa: ASYNC110 - no event reports it
            await asyncio.sleep(0.01)


def tasks() -> set[asyncio.Task[Any]]:
    """All asyncio tasks except those of the test."""
    return {task for task in asyncio.all_tasks() if "TestRunner" not in str(task.get_coro())}
