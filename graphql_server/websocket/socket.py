"""GraphQL over WebSocket by the protocol graphql-transport-ws: an ASGI application for one route."""

from collections.abc import Hashable
from contextlib import suppress

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from sessionql.graphql_server.connections.close_codes import SUBPROTOCOL
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import AuthorizeSocket, CheckOrigin, NetworkOf
from sessionql.graphql_server.connections.quota import ConnectionQuota
from sessionql.graphql_server.connections.sender import PeerGone, PeerWriter
from sessionql.graphql_server.engine import Engine, SelectEngine
from sessionql.graphql_server.websocket.handler import SocketHandler
from sessionql.graphql_server.websocket.operations import OperationRunner
from sessionql.http_kit.errors import MapException

PROTOCOL = "graphql-transport-ws"


def peer_network(handshake: HTTPConnection) -> Hashable:
    """The address of the peer."""
    return handshake.client and handshake.client.host


class GraphQLSocket:
    """Handles WebSockets. `authorize` returns the peer, `check_origin` rejects handshakes of other origins.

    `quota` is shared with event streams.
    """

    def __init__(
        self,
        engine: Engine | SelectEngine,
        *,
        authorize: AuthorizeSocket,
        map_exception: MapException,
        limits: ConnectionLimits,
        quota: ConnectionQuota,
        check_origin: CheckOrigin | None = None,
        network_of: NetworkOf = peer_network,
    ) -> None:
        select_engine: SelectEngine = (lambda _: engine) if isinstance(engine, Engine) else engine
        self._runner = OperationRunner(select_engine, map_exception, limits.max_operations)
        self._authorize = authorize
        self._limits = limits
        self._quota = quota
        self._check_origin = check_origin
        self._network_of = network_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one WebSocket from its handshake to its end."""
        handshake, writer = HTTPConnection(scope), PeerWriter(scope, send, self._limits.send_seconds)
        await receive()  # `websocket.connect`, which has no data
        with suppress(PeerGone):
            if self._check_origin is not None and not self._check_origin(handshake):
                # Before it is accepted, closing sends an HTTP 403.
                await writer.send({"type": "websocket.close"})
            elif PROTOCOL not in (offered := scope.get("subprotocols", ())):
                # Pages receive no close code of a socket without a protocol: accept one of theirs, then close.
                await writer.send({"type": "websocket.accept", "subprotocol": next(iter(offered), None)})
                await writer.close(SUBPROTOCOL)
            else:
                await writer.send({"type": "websocket.accept", "subprotocol": PROTOCOL})
                await self._handler(handshake, receive, writer).run()

    def _handler(self, handshake: HTTPConnection, receive: Receive, writer: PeerWriter) -> SocketHandler:
        return SocketHandler(
            handshake,
            receive,
            writer,
            self._quota,
            network=self._network_of(handshake),
            authorize=self._authorize,
            runner=self._runner,
            limits=self._limits,
        )
