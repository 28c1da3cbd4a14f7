"""GraphQL over WebSocket: an ASGI application for a route of its own, by the protocol graphql-transport-ws."""

from contextlib import suppress

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from sessionql.graphql_server.connections.close_codes import SUBPROTOCOL
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import AuthorizeSocket, CheckOrigin, ConnectionRejected
from sessionql.graphql_server.connections.quota import ConnectionQuota, Slot
from sessionql.graphql_server.connections.sender import PeerGone, PeerWriter
from sessionql.graphql_server.engine import Engine, SelectEngine
from sessionql.graphql_server.websocket.handler import SocketHandler
from sessionql.graphql_server.websocket.operations import OperationRunner
from sessionql.http_kit.errors import MapException

PROTOCOL = "graphql-transport-ws"


class GraphQLSocket:
    """Answers GraphQL over WebSocket. `open_` says who connects, `admit` from where one may.

    `seats` are shared with streams, so that these count too.
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
    ) -> None:
        engine_of: SelectEngine = (lambda _: engine) if isinstance(engine, Engine) else engine
        self._executing = OperationRunner(engine_of, map_exception, limits.max_operations)
        self._open = authorize
        self._limits = limits
        self._seats = quota
        self._admit = check_origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, from its handshake to its end."""
        handshake, line = HTTPConnection(scope), PeerWriter(scope, send, self._limits.send_seconds)
        await receive()  # `websocket.connect`, which says nothing that the scope does not
        with suppress(PeerGone):
            if self._admit is not None and not self._admit(handshake):
                # Before it was accepted, this is an HTTP 403.
                await line.send({"type": "websocket.close"})
            elif PROTOCOL not in (offered := scope.get("subprotocols", ())):
                # Browsers tell a page nothing of a socket that takes none of its protocols: take one, and say why not.
                await line.send({"type": "websocket.accept", "subprotocol": next(iter(offered), None)})
                await line.close(SUBPROTOCOL)
            else:
                await line.send({"type": "websocket.accept", "subprotocol": PROTOCOL})
                await self._converse(handshake, receive, line)

    async def _converse(self, handshake: HTTPConnection, receive: Receive, line: PeerWriter) -> None:
        try:
            place = self._seats.reserve()
        except ConnectionRejected as refused:
            await line.close(refused.close_reason)
            return
        try:
            await self._conversation(handshake, receive, line, place).run()
        finally:
            place.release()

    def _conversation(
        self, handshake: HTTPConnection, receive: Receive, line: PeerWriter, place: Slot
    ) -> SocketHandler:
        return SocketHandler(
            handshake, receive, line, place, open_=self._open, executing=self._executing, limits=self._limits
        )
