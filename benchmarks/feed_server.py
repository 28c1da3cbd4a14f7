"""A server with one subscription and nothing behind it, for `subscribers.py`: what transport alone costs.

.venv/bin/python benchmarks/feed_server.py PORT [ours|websockets-sansio|websockets|wsproto]
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
_listeners: set[asyncio.Queue[str]] = set()


class Anybody(SocketPeer):
    """Who may ask for everything, and stays."""

    async def context(self) -> None:
        """Nothing is shared."""


async def _heard(_source: object, _info: object) -> AsyncIterator[str]:
    listener: asyncio.Queue[str] = asyncio.Queue()
    _listeners.add(listener)
    try:
        while True:
            yield await listener.get()
    finally:
        _listeners.discard(listener)


def _publish(*_: object) -> int:
    for listener in _listeners:
        listener.put_nowait("something that happened")
    return len(_listeners)


def _itself(event: str, *_: object) -> str:
    return event


schema = GraphQLSchema(
    GraphQLObjectType("Query", {"listeners": GraphQLField(GraphQLInt, resolve=lambda *_: len(_listeners))}),
    GraphQLObjectType("Mutation", {"publish": GraphQLField(GraphQLInt, resolve=_publish)}),
    GraphQLObjectType("Subscription", {"heard": GraphQLField(GraphQLString, subscribe=_heard, resolve=_itself)}),
)


async def _open(_handshake: HTTPConnection, _payload: Mapping[str, Any] | None) -> SocketPeer:
    return Anybody()


async def _meet(_request: Request, _context: object) -> Peer:
    return Peer()


async def _no_context(_request: Request) -> None:
    return None


def app() -> Starlette:
    """The application."""
    seats, engine = ConnectionQuota(LIMITS), Engine(schema, map_exception=_foresee_nothing)
    streams = Streams(map_exception=_foresee_nothing, limits=LIMITS, quota=seats, authorize=_meet)
    door = GraphQLSocket(engine, authorize=_open, map_exception=_foresee_nothing, limits=LIMITS, quota=seats)
    endpoint = GraphQLEndpoint(engine, make_context=_no_context, map_exception=_foresee_nothing, streams=streams)
    routes = [Route("/graphql", endpoint.__call__, methods=["GET", "POST"]), WebSocketRoute("/graphql", door)]
    return Starlette(routes=routes)


def _foresee_nothing(_error: BaseException) -> None:
    return None


def main(port: int, ws: Any = "ours") -> None:
    """Serve until told to stop."""
    gc.freeze()
    config = uvicorn.Config(
        app(),
        port=port,
        log_level="warning",
        http=HttpProtocol,
        ws=WebSocketProtocol if ws == "ours" else ws,
        ws_per_message_deflate=False,
        backlog=8192,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
