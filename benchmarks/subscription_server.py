"""A server with one subscription and no application, for `subscribers.py`: it measures the transport alone.

.venv/bin/python benchmarks/subscription_server.py PORT [sessionql|websockets-sansio|websockets|wsproto]
"""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

import uvicorn
from graphql import GraphQLField, GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.routing import Route, WebSocketRoute

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import Peer, SocketPeer
from sessionql.graphql_server.connections.quota import ConnectionQuota
from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from sessionql.graphql_server.http.streams import Streams
from sessionql.graphql_server.websocket.socket import GraphQLSocket
from sessionql.http_kit.http_protocol import HttpProtocol
from sessionql.http_kit.websocket_protocol import WebSocketProtocol

LIMITS = ConnectionLimits(max_connections=100_000)
_subscribers: set[asyncio.Queue[str]] = set()


class AnonymousPeer(SocketPeer):
    """A peer without a limit in time."""

    async def context(self) -> None:
        """Operations share nothing."""


async def _events(_source: object, _info: object) -> AsyncIterator[str]:
    subscriber: asyncio.Queue[str] = asyncio.Queue()
    _subscribers.add(subscriber)
    try:
        while True:
            yield await subscriber.get()
    finally:
        _subscribers.discard(subscriber)


def _publish(*_: object) -> int:
    for subscriber in _subscribers:
        subscriber.put_nowait("an event")
    return len(_subscribers)


def _identity(event: str, *_: object) -> str:
    return event


schema = GraphQLSchema(
    GraphQLObjectType("Query", {"subscribers": GraphQLField(GraphQLInt, resolve=lambda *_: len(_subscribers))}),
    GraphQLObjectType("Mutation", {"publish": GraphQLField(GraphQLInt, resolve=_publish)}),
    GraphQLObjectType("Subscription", {"events": GraphQLField(GraphQLString, subscribe=_events, resolve=_identity)}),
)


async def _authorize_socket(_handshake: HTTPConnection, _payload: Mapping[str, Any] | None) -> SocketPeer:
    return AnonymousPeer()


async def _authorize_stream(_request: Request, _context: object) -> Peer:
    return Peer()


async def _no_context(_request: Request) -> None:
    return None


def app() -> Starlette:
    """An application with one route for HTTP and WebSocket."""
    quota, engine = ConnectionQuota(LIMITS), Engine(schema, map_exception=_unexpected)
    streams = Streams(map_exception=_unexpected, limits=LIMITS, quota=quota, authorize=_authorize_stream)
    socket = GraphQLSocket(engine, authorize=_authorize_socket, map_exception=_unexpected, limits=LIMITS, quota=quota)
    endpoint = GraphQLEndpoint(engine, make_context=_no_context, map_exception=_unexpected, streams=streams)
    routes = [Route("/graphql", endpoint.__call__, methods=["GET", "POST"]), WebSocketRoute("/graphql", socket)]
    return Starlette(routes=routes)


def _unexpected(_error: BaseException) -> None:
    return None


def main(port: int, ws: Any = "sessionql") -> None:
    """Serve on this port until the process is stopped."""
    gc.freeze()
    config = uvicorn.Config(
        app(),
        port=port,
        log_level="warning",
        http=HttpProtocol,
        ws=WebSocketProtocol if ws == "sessionql" else ws,
        ws_per_message_deflate=False,
        backlog=8192,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
